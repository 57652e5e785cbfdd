import { type FunctionBuilder, f32x4, i32x4, type Value, v128 } from '../assembler.js';
import { polynomial } from './exponential.js';

/** Bits of sqrt(1/2), where mantissas begin, so that log 1 is near no edge. */
const rootHalfBits = 0x3f3504f3;
/** ln 2 in two parts; n times the first is exact. */
const [ln2High, ln2Low] = [0.693138122558594, 9.058094e-6];
/** log((1 + s) / (1 - s)) = 2 s + s (c[0] s² + c[1] s⁴ + ...), as in FreeBSD's logf. */
const series = [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841];

/**
 * The natural logarithm in four lanes. Error at most 0.9 ulp, subnormal numbers included; log 0 = -Infinity, and below 0
 * it is NaN. x = 2^n (1 + m) with 1 + m in [sqrt(1/2), sqrt 2), s = m / (2 + m).
 */
export function log(f: FunctionBuilder, value: Value<'v128'>): Value<'v128'> {
  const x = f.v128(value);
  const subnormal = f.v128(f32x4.lt(x, f.splat(2 ** -126)));
  const normal = v128.bitselect(f32x4.mul(x, f.splat(2 ** 25)), x, subnormal);
  const shifted = f.v128(i32x4.sub(normal, f.splatInteger(rootHalfBits)));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const n = f.v128(f32x4.sub(exponent, v128.and(subnormal, f.splat(25))));
  const mantissa = i32x4.add(v128.and(shifted, f.splatInteger(0x7fffff)), f.splatInteger(rootHalfBits));
  const m = f.v128(f32x4.sub(mantissa, f.splat(1)));
  const s = f.v128(f32x4.div(m, f32x4.add(m, f.splat(2))));
  const z = f.v128(f32x4.mul(s, s));
  const tail = f32x4.mul(z, polynomial(f, z, series));
  const half = f.v128(f32x4.mul(f32x4.mul(m, m), f.splat(0.5)));
  const small = f32x4.add(f32x4.mul(s, f32x4.add(half, tail)), f32x4.mul(n, f.splat(ln2Low)));
  const sum = f32x4.add(f32x4.sub(small, half), m);
  const result = f32x4.add(sum, f32x4.mul(n, f.splat(ln2High)));
  // The root is NaN below 0, and hands NaN and Infinity on.
  const special = v128.bitselect(f.splat(-Infinity), f32x4.sqrt(x), f32x4.eq(x, f.splat(0)));
  const ordinary = v128.and(f32x4.gt(x, f.splat(0)), f32x4.lt(x, f.splat(Infinity)));
  return f.v128(v128.bitselect(result, special, ordinary));
}
