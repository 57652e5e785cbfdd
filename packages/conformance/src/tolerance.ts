import type { PrimitiveName } from '@ostinato/kernel';

/** How far a result may lie from the expected number: `absolute + relative * |expected|`. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** Below this, float32 numbers are subnormal, and a backend may flush them to 0. */
const SMALLEST_NORMAL = 1.1754943508222875e-38;

const exact: Tolerance = { relative: 0, absolute: 0 };
/** Rounded correctly it would be 6e-8; WGSL allows division 2.5 units in the last place, 3e-7. */
const arithmetic: Tolerance = { relative: 1e-6, absolute: SMALLEST_NORMAL };

/**
 * How exact a float32 backend has to be. The numbers leave room for what WGSL promises (section 15.7.4 of its
 * specification) and for SIMD polynomials of a few units in the last place (one unit is 6e-8 to 1.2e-7 of a number).
 */
export const defaultTolerances = {
  neg: exact,
  abs: exact,
  sign: exact,
  floor: exact,
  ceil: exact,
  round: exact,
  min: exact,
  max: exact,
  less: exact,
  lessEqual: exact,
  equal: exact,
  select: exact,
  add: arithmetic,
  sub: arithmetic,
  mul: arithmetic,
  div: arithmetic,
  sqrt: arithmetic,
  /** The quotient's floor is exact at the sample points; the rest is the rounding of numbers up to 20. */
  mod: { relative: 1e-6, absolute: 4e-6 },
  /** WGSL: 3 + 2 |x| units in the last place, and the sample points lie within 30 of 0. */
  exp: { relative: 1e-5, absolute: SMALLEST_NORMAL },
  /** WGSL: 2^-21 absolute where the result is near 0. */
  log: { relative: 1e-5, absolute: 1e-6 },
  sin: { relative: 1e-5, absolute: 2e-6 },
  cos: { relative: 1e-5, absolute: 2e-6 },
  /** Absolute near 0, where (e^2x - 1) / (e^2x + 1) loses digits. */
  tanh: { relative: 1e-5, absolute: 2e-7 },
  sigmoid: { relative: 1e-5, absolute: SMALLEST_NORMAL },
  /** exp2(y log2(x)): the error of the logarithm times the exponent. */
  pow: { relative: 2e-5, absolute: SMALLEST_NORMAL },
  /** A program of some ten operations on numbers near 1. */
  program: { relative: 1e-5, absolute: 1e-5 },
  /** A sum, in units of the sum of absolute values: one running float32 total fails it at 100 000 numbers, eight pass. */
  sum: { relative: 3e-5, absolute: 1e-6 },
  /** Products of numbers in [-1, 1], for each term of the inner sum. */
  matmul: { relative: 1e-6, absolute: 3e-7 },
  scatterAdd: { relative: 1e-6, absolute: 1e-6 },
  recurrence: { relative: 2e-5, absolute: 1e-5 },
  recurrenceGrad: { relative: 1e-4, absolute: 3e-5 },
  /** As for matmul, for each term of the inner sum. */
  projection: { relative: 1e-6, absolute: 3e-7 },
  projectionGrad: { relative: 1e-6, absolute: 3e-7 },
  /** Logarithms of probabilities, and their sum over the steps; wider where scores are larger. */
  linearChain: { relative: 1e-5, absolute: 1e-5 },
  /** Probabilities; sums of them in units of their number. */
  linearChainGrad: { relative: 1e-4, absolute: 3e-6 },
  /** Gradients of tensor operations: a handful of operations more than the operation itself. */
  gradient: { relative: 1e-4, absolute: 2e-5 },
  /** Central differences of a float64 forward pass with a step of 2^-11. */
  finiteDifference: { relative: 1e-3, absolute: 3e-4 },
  softmax: { relative: 1e-5, absolute: 1e-7 },
  logSoftmax: { relative: 1e-5, absolute: 1e-5 },
  layerNorm: { relative: 1e-4, absolute: 1e-5 },
  /** The logarithm of each step adds its error, in WGSL 2^-21. */
  ctcLoss: { relative: 2e-5, absolute: 1e-5 },
  ctcLossGradient: { relative: 1e-4, absolute: 1e-5 },
  /** Published and hand-worked numbers are rounded themselves; this is for those with all digits. */
  golden: { relative: 1e-4, absolute: 1e-5 },
} as const satisfies Record<PrimitiveName, Tolerance> & Record<string, Tolerance>;

/** What a tolerance is for: a primitive, or a kernel. */
export type ToleranceName = keyof typeof defaultTolerances;

/** Tolerances that differ from the default ones. */
export type ToleranceOverrides = { readonly [Name in ToleranceName]?: Partial<Tolerance> };

/** The same tolerance `factor` times as wide, for results that add up so many terms. */
export function widened({ relative, absolute }: Tolerance, factor: number): Tolerance {
  return { relative, absolute: absolute * factor };
}
