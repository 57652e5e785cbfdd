import { type FunctionBuilder, f32x4, i32x4, type Value, v128 } from '../assembler.js';

/**
 * exp, tanh and sigmoid begin alike: x = n ln 2 + r with a whole n and |r| <= ln 2 / 2. Adding 1.5 · 2^23 rounds to a
 * whole number and leaves n in the low bits of the sum, from where a shift by 23 puts it into an exponent. What is added
 * on top of that (`bias`) makes up for the exponent's offset of 127.
 */
const wholePart = 1.5 * 2 ** 23;

/** ln 2 in two parts, of which the first has trailing zeros: n times it is exact (Cody & Waite 1980). */
const ln2High = 0.693145751953125;
const ln2Low = 1.4286068203094e-6;

/** Least maximum of the relative error of exp(r) on |r| <= ln 2 / 2, with 1 + r given. */
const taylorLike = [
  0.4999999403953552, 0.1666652113199234, 0.04166827350854874, 0.008368679322302341, 0.0013820031890645623,
];

/**
 * e^x in four lanes. Error at most 0.98 ulp (2^-149 where the result is subnormal); overflows to Infinity, underflows to
 * 0. 26 instructions: a polynomial of degree 6 for 2^-n e^x and two multiplications with powers of two, so that
 * subnormal results are rounded once.
 */
export function exp(f: FunctionBuilder, x: Value<'v128'>): Value<'v128'> {
  // pmin and pmax hand NaN on as long as it stands first.
  const clamped = f.v128(f32x4.pmax(f32x4.pmin(x, f.splat(89)), f.splat(-104)));
  const sum = f.v128(f32x4.add(f32x4.mul(clamped, f.splat(Math.LOG2E)), f.splat(wholePart + 254)));
  const n = f.v128(f32x4.sub(sum, f.splat(wholePart + 254)));
  const high = f32x4.sub(clamped, f32x4.mul(n, f.splat(ln2High)));
  const r = f.v128(f32x4.sub(high, f32x4.mul(n, f.splat(ln2Low))));
  const p = f32x4.mul(polynomial(f, r, taylorLike), f32x4.mul(r, r));
  const mantissa = f32x4.add(f32x4.add(p, r), f.splat(1));
  // 2^n as a product of two powers, because one alone may lie outside the range of float32.
  const half = f.v128(i32x4.shr_s(sum, 1));
  const first = f32x4.mul(mantissa, i32x4.shl(half, 23));
  return f.v128(f32x4.mul(first, i32x4.shl(i32x4.sub(sum, half), 23)));
}

/** c[0] + c[1] x + c[2] x² + ... */
export function polynomial(
  f: FunctionBuilder,
  x: Value<'v128'>,
  coefficients: readonly number[],
): Value<'v128'> {
  return coefficients
    .slice(0, -1)
    .reduceRight<Value<'v128'>>(
      (sum, coefficient) => f32x4.add(f32x4.mul(sum, x), f.splat(coefficient)),
      f.splat(coefficients.at(-1)!),
    );
}

/**
 * Coefficients of r coth(r / 2) = 2 + a r² + b r⁴ + ..., from which e^r = (r coth(r/2) + r) / (r coth(r/2) - r): an even
 * function, of which two terms are enough (error 5e-9 on |r| <= ln 2 / 2).
 */
const [cothSecond, cothFourth] = [0.1666662544012069, -0.002766733756288886];

/**
 * 1 / (1 + e^-x) in four lanes. Error at most 2.5 ulp; results below 2^-126 (x < -87.3) may be 0. 20 instructions:
 * with e^-x = 2^n (R - r) / (R + r), where R = r coth(r / 2), one division is enough.
 */
export function sigmoid(f: FunctionBuilder, x: Value<'v128'>): Value<'v128'> {
  const clamped = f.v128(f32x4.pmin(f32x4.pmax(x, f.splat(-88.7)), f.splat(87)));
  const sum = f.v128(f32x4.add(f32x4.mul(clamped, f.splat(-Math.LOG2E)), f.splat(wholePart + 127)));
  const n = f.v128(f32x4.sub(sum, f.splat(wholePart + 127)));
  const high = f32x4.add(clamped, f32x4.mul(n, f.splat(ln2High)));
  const r = f.v128(f32x4.add(high, f32x4.mul(n, f.splat(ln2Low))));
  const coth = f.v128(polynomial(f, f.v128(f32x4.mul(r, r)), [2, cothSecond, cothFourth]));
  const below = f.v128(f32x4.add(coth, r));
  const above = f32x4.mul(i32x4.shl(sum, 23), f32x4.sub(coth, r));
  return f.v128(f32x4.div(below, f32x4.add(below, above)));
}

/** From here on tanh is 1 in float32. */
const tanhIsOne = 9.02;

/**
 * tanh x in four lanes, odd to the last bit. Error at most 2.2 ulp. 23 instructions: with |x| = n ln 2 / 2 + r,
 * R = r coth r and s = 2^n, tanh |x| = (2 s r + (s - 1)(R - r)) / (2 s r + (s + 1)(R - r)), which loses nothing near 0.
 */
export function tanh(f: FunctionBuilder, x: Value<'v128'>): Value<'v128'> {
  const whole = f.v128(x);
  const size = f.v128(f32x4.pmin(f32x4.abs(whole), f.splat(tanhIsOne)));
  // The bias makes the power of two s / 2.
  const sum = f.v128(f32x4.add(f32x4.mul(size, f.splat(2 * Math.LOG2E)), f.splat(wholePart + 126)));
  const n = f32x4.sub(sum, f.splat(wholePart + 126));
  // One part of ln 2 is enough: n is at most 26, and where it is above 8 the slope of tanh is below 0.02.
  const r = f.v128(f32x4.sub(size, f32x4.mul(n, f.splat(Math.LN2 / 2))));
  const coth = polynomial(f, f.v128(f32x4.mul(r, r)), [1, 2 * cothSecond, 8 * cothFourth]);
  const rest = f.v128(f32x4.sub(coth, r));
  const power = f.v128(i32x4.shl(sum, 23));
  const above = f.v128(
    f32x4.add(f32x4.mul(power, f32x4.add(r, r)), f32x4.mul(f32x4.sub(power, f.splat(0.5)), rest)),
  );
  const result = f32x4.div(above, f32x4.add(above, rest));
  return f.v128(v128.or(result, v128.and(whole, f.splat(-0))));
}
