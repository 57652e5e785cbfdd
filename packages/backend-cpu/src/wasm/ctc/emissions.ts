import { ctcLossLimit } from '@ostinato/kernel';
import { Accumulator } from '../accumulator.js';
import {
  type FunctionBuilder,
  type FunctionReference,
  f32x4,
  f64x2,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  shuffle32,
  type Value,
  v128,
} from '../assembler.js';
import { polynomial } from '../numerics/exponential.js';
import { joined, upperHalf } from '../numerics/lanes.js';
import { powerOfTwo, type Scaled } from './scaled.js';

/** Least maximum of the relative error of exp(r) on |r| <= ln 2 / 2. */
const series = [
  1, 1, 0.4999999403953552, 0.1666652113199234, 0.04166827350854874, 0.008368679322302341,
  0.0013820031890645623,
];

/** Bytes of a class of a step: mantissa and exponent. */
export const emissionBytes = 8;

/**
 * exp(logit - largest) of the classes of one step, as mantissas in [0.7, 1.5) and exponents side by side. The logits lie in a row that is
 * filled up to a multiple of four with -Infinity. Exponents of logits far below the largest end above that of 0, but below every
 * probability that counts.
 * @returns from (row, target, bytes of the row) the sum of all, as float32
 */
export type EmissionFunction = FunctionReference<readonly ['i32', 'i32', 'i32'], 'f32'>;

/** Adds the function to a module. */
export function emissionFunction(module: ModuleBuilder): EmissionFunction {
  const parameters = ['i32', 'i32', 'i32'] as const;
  return module.function(undefined, { parameters, result: 'f32' }, (f, row, target, width) => {
    const offset = f.local('i32');
    const most = new Accumulator(f, 'max');
    f.for(offset, 0, width, 16, () => most.add(v128.load(i32.add(row, offset))));
    const largest = f.v128(f64x2.promote_low_f32x4(most.total('f32')));
    const sum = f.v128(f.splat(0));
    f.for(offset, 0, width, 16, () => {
      const logits = f.v128(v128.load(i32.add(row, offset)));
      const parts = [logits as Value<'v128'>, upperHalf(logits)].map((half) => reduced(f, half, largest));
      const [low, high] = parts as [Part, Part];
      const rest = f.v128(joined(low.rest, high.rest));
      const exponent = f.v128(joined(low.whole, high.whole));
      const mantissa = f.v128(polynomial(f, rest, series));
      f.set(sum, f32x4.add(sum, f32x4.mul(mantissa, powerOfTwo(f, exponent))));
      const to = f.i32(i32.add(target, i32.shl(offset, 1)));
      f.do(v128.store(to, shuffle32(mantissa, exponent, [0, 4, 1, 5])));
      f.do(v128.store(to, shuffle32(mantissa, exponent, [2, 6, 3, 7]), 16));
    });
    const halves = f.v128(f32x4.add(sum, upperHalf(sum)));
    return f32x4.extract_lane(f32x4.add(halves, shuffle32(halves, halves, [1, 1, 1, 1])), 0);
  });
}

interface Part {
  readonly whole: Local<'v128'>;
  readonly rest: Local<'v128'>;
}

/** Lanes 0 and 1 less the largest as n ln 2 + rest, computed in float64. */
function reduced(f: FunctionBuilder, half: Value<'v128'>, largest: Local<'v128'>): Part {
  const distance = f64x2.sub(f64x2.promote_low_f32x4(half), largest);
  const limited = f.v128(f64x2.max(distance, f64x2.splat(-1.25 * ctcLossLimit)));
  const n = f.v128(f64x2.nearest(f64x2.mul(limited, f64x2.splat(Math.LOG2E))));
  const rest = f64x2.sub(limited, f64x2.mul(n, f64x2.splat(Math.LN2)));
  return {
    whole: f.v128(i32x4.trunc_sat_f64x2_s_zero(n)),
    rest: f.v128(f32x4.demote_f64x2_zero(rest)),
  };
}

/** Four neighbours as they are written. */
export function loadFour(f: FunctionBuilder, address: Local<'i32'>): Scaled {
  return apart(f, f.v128(v128.load(address)), f.v128(v128.load(address, 16)));
}

/** One class, in every lane. */
export function loadOne(f: FunctionBuilder, address: Value<'i32'>): Scaled {
  const pair = f.v128(v128.load64_splat(address));
  return apart(f, pair, pair);
}

/** Four classes whose byte offsets lie at an address. */
export function gatherFour(f: FunctionBuilder, emissions: Local<'i32'>, offsets: Value<'i32'>): Scaled {
  const from = f.i32(offsets);
  const place = (lane: number): Value<'i32'> => i32.add(emissions, i32.load(from, 4 * lane));
  const [low, high] = [f.v128(v128.load64_zero(place(0))), f.v128(v128.load64_zero(place(2)))];
  f.set(low, v128.load64_lane(place(1), low, 1));
  f.set(high, v128.load64_lane(place(3), high, 1));
  return apart(f, low, high);
}

/** Pairs of mantissa and exponent as a vector of each. */
function apart(f: FunctionBuilder, low: Local<'v128'>, high: Local<'v128'>): Scaled {
  return {
    mantissa: f.v128(shuffle32(low, high, [0, 2, 4, 6])),
    exponent: f.v128(shuffle32(low, high, [1, 3, 5, 7])),
  };
}
