import { type FunctionBuilder, f32x4, f64x2, i32x4, shuffle32, type Value, v128 } from '../assembler.js';
import { polynomial } from './exponential.js';
import { byLane, joined, upperHalf } from './lanes.js';

/** Rounds float64 numbers to whole ones, which then stand in the low bits of the sum. */
const wholePart = 1.5 * 2 ** 52;
/** π / 2 in two parts, of which the first has 33 bits: whole numbers below 2^20 times it are exact. */
const [quarterHigh, quarterLow] = [1.5707963267341256, 6.077100506506192e-11];
/** Up to here four lanes are computed side by side. */
const limit = 1e6;

/** sin r = r + r³ (...) and cos r = 1 - r² / 2 + r⁴ (...) on |r| <= π / 4, as in the Cephes library. */
const sineSeries = [-0.16666654611, 0.0083321608736, -0.00019515295891];
const cosineSeries = [0.04166664568298827, -0.001388731625493765, 0.00002443315711809948];

/**
 * Sine in four lanes. Error at most 1.6 ulp. |x| <= 10^6 is reduced to |r| <= π / 4 in float64; beyond, `Math.sin` is
 * called for each lane.
 */
export function sin(f: FunctionBuilder, x: Value<'v128'>): Value<'v128'> {
  return circular(f, x, 'sin', 0);
}

/** Cosine in four lanes. Error at most 1.6 ulp; see `sin`. */
export function cos(f: FunctionBuilder, x: Value<'v128'>): Value<'v128'> {
  return circular(f, x, 'cos', 1);
}

function circular(
  f: FunctionBuilder,
  value: Value<'v128'>,
  name: 'sin' | 'cos',
  quarters: number,
): Value<'v128'> {
  const x = f.v128(value);
  const [low, high] = [reduced(f, x), reduced(f, upperHalf(x))];
  const r = f.v128(joined(low.rest, high.rest));
  const quadrant = f.v128(shuffle32(low.sum, high.sum, [0, 2, 4, 6]));
  const turned = quarters === 0 ? quadrant : f.v128(i32x4.add(quadrant, f.splatInteger(quarters)));
  const u = f.v128(f32x4.mul(r, r));
  const sine = f32x4.add(r, f32x4.mul(f32x4.mul(r, u), polynomial(f, u, sineSeries)));
  const tail = f32x4.mul(f32x4.mul(u, u), polynomial(f, u, cosineSeries));
  const cosine = f32x4.add(f32x4.sub(tail, f32x4.mul(u, f.splat(0.5))), f.splat(1));
  const odd = i32x4.shr_s(i32x4.shl(turned, 31), 31);
  const sign = i32x4.shl(v128.and(turned, f.splatInteger(2)), 30);
  const result = f.v128(v128.xor(v128.bitselect(cosine, sine, odd), sign));
  const far = f.v128(f32x4.gt(f32x4.abs(x), f.splat(limit)));
  f.if(v128.any_true(far), () => {
    const exact = byLane(f, [x], (lane) => f.math(name, lane));
    f.set(result, v128.bitselect(exact, result, far));
  });
  return result;
}

/** Lanes 0 and 1 as n π / 2 + rest, with n in the low bits of `sum`. */
function reduced(f: FunctionBuilder, x: Value<'v128'>) {
  const wide = f.v128(f64x2.promote_low_f32x4(x));
  const sum = f.v128(f64x2.add(f64x2.mul(wide, f64x2.splat(2 / Math.PI)), f64x2.splat(wholePart)));
  const n = f.v128(f64x2.sub(sum, f64x2.splat(wholePart)));
  const high = f64x2.sub(wide, f64x2.mul(n, f64x2.splat(quarterHigh)));
  const rest = f32x4.demote_f64x2_zero(f64x2.sub(high, f64x2.mul(n, f64x2.splat(quarterLow))));
  return { sum, rest: f.v128(rest) };
}
