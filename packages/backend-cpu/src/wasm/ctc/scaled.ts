import { type FunctionBuilder, f32x4, i32x4, type Local, type Value, v128 } from '../assembler.js';

type Vector = Value<'v128'>;

/**
 * Four probabilities m · 2^e: m in [1, 2) as float32, e as a whole number. Products and sums are as exact as those of float32, however
 * small a probability is, and cost neither exponentials nor logarithms.
 */
export interface Scaled {
  readonly mantissa: Local<'v128'>;
  readonly exponent: Local<'v128'>;
}

/** The exponent of 0, below every probability that counts. Four of them added up fit into 32 bits. */
export const nothing = -(2 ** 29);

/** 2^e as float32, 0 where e < -126. Not for e > 127. */
export function powerOfTwo(f: FunctionBuilder, exponent: Vector): Vector {
  const biased = i32x4.add(exponent, f.splatInteger(127));
  return i32x4.shl(i32x4.max_s(biased, f.splatInteger(0)), 23);
}

/** The sum of numbers, with a mantissa in [1, 2 n). */
export function sumOf(f: FunctionBuilder, terms: readonly Scaled[]): Scaled {
  const exponent = f.v128(
    terms.map((term): Vector => term.exponent).reduce((most, own) => i32x4.max_s(most, own)),
  );
  const base = f.v128(i32x4.sub(exponent, f.splatInteger(127)));
  const mantissa = terms
    .map((term): Vector => {
      const biased = i32x4.max_s(i32x4.sub(term.exponent, base), f.splatInteger(0));
      return f32x4.mul(term.mantissa, i32x4.shl(biased, 23));
    })
    .reduce((sum, term) => f32x4.add(sum, term));
  return { mantissa: f.v128(mantissa), exponent };
}

/** The product, not normalized. */
export function product(f: FunctionBuilder, a: Scaled, b: Scaled): Scaled {
  return {
    mantissa: f.v128(f32x4.mul(a.mantissa, b.mantissa)),
    exponent: f.v128(i32x4.add(a.exponent, b.exponent)),
  };
}

/** The same numbers with mantissas in [1, 2), and no exponent below that of 0. Mantissas have to be above 0. */
export function normalized(f: FunctionBuilder, { mantissa, exponent }: Scaled): Scaled {
  const more = i32x4.sub(i32x4.shr_u(mantissa, 23), f.splatInteger(127));
  const whole = i32x4.max_s(i32x4.add(exponent, more), f.splatInteger(nothing));
  const bits = v128.and(mantissa, f.splatInteger(0x7fffff));
  return { mantissa: f.v128(v128.or(bits, f.splatInteger(0x3f800000))), exponent: f.v128(whole) };
}
