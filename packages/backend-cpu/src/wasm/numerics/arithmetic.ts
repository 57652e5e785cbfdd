import { type FunctionBuilder, f32x4, f64x2, type Value, v128 } from '../assembler.js';
import { byLane, inDoubles } from './lanes.js';

/** 1, -1, or the number itself where it is 0 or NaN. */
export function sign(f: FunctionBuilder, value: Value<'v128'>): Value<'v128'> {
  const x = f.v128(value);
  const one = v128.or(v128.and(x, f.splat(-0)), f.splat(1));
  return v128.bitselect(one, x, f32x4.gt(f32x4.abs(x), f.splat(0)));
}

/** a - b floor(a / b) in float64, rounded once. */
export function mod(f: FunctionBuilder, a: Value<'v128'>, b: Value<'v128'>): Value<'v128'> {
  return inDoubles(f, [f.v128(a), f.v128(b)], (x, y) =>
    f64x2.sub(x!, f64x2.mul(y!, f64x2.floor(f64x2.div(x!, y!)))),
  );
}

/** a to the power of b as `Math.pow` has it, called for each lane and rounded: error at most 0.51 ulp. */
export function pow(f: FunctionBuilder, a: Value<'v128'>, b: Value<'v128'>): Value<'v128'> {
  return byLane(f, [f.v128(a), f.v128(b)], (x, y) => f.math('pow', x!, y!));
}
