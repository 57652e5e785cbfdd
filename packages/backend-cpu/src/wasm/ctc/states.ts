import {
  type FunctionBuilder,
  type FunctionReference,
  f32,
  f32x4,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  shuffle32,
  type Value,
  v128,
} from '../assembler.js';
import { gatherFour, loadOne } from './emissions.js';
import { normalized, nothing, powerOfTwo, product, type Scaled, sumOf } from './scaled.js';

/**
 * The states of a step: a blank before each symbol and one behind the last, and the symbols. They lie in four arrays of equal size,
 * mantissas and exponents of the blanks, then of the symbols, each with a vector of zeros before and behind. Blank i stands before symbol
 * i. Whatever stands behind the last blank is never read by what counts in the sweep forward, and stays 0 in the sweep back.
 */
export const borderBytes = 16;

/** Bytes of one array with its borders, for targets of a length; the last blank has room. */
export function arrayBytes(length: number): number {
  return 16 * (Math.floor(length / 4) + 1) + 2 * borderBytes;
}

/** Arrays of states. */
export const stateArrays = 4;

/** Four neighbouring blanks, and symbols, `shift` elements from where a pointer stands; it stands a border before them. */
class StateVectors {
  readonly #f: FunctionBuilder;
  readonly #pointers: readonly Local<'i32'>[];

  constructor(f: FunctionBuilder, pointer: Value<'i32'>, size: Local<'i32'>) {
    this.#f = f;
    const pointers = [f.i32(pointer)];
    while (pointers.length < stateArrays) pointers.push(f.i32(i32.add(pointers.at(-1)!, size)));
    this.#pointers = pointers;
  }

  #load(array: 0 | 2, shift: number): Scaled {
    const [f, offset] = [this.#f, borderBytes + 4 * shift];
    return {
      mantissa: f.v128(v128.load(this.#pointers[array]!, offset)),
      exponent: f.v128(v128.load(this.#pointers[array + 1]!, offset)),
    };
  }
  blanks(shift = 0): Scaled {
    return this.#load(0, shift);
  }
  symbols(shift = 0): Scaled {
    return this.#load(2, shift);
  }

  store(blanks: Scaled, symbols: Scaled): void {
    const vectors = [blanks.mantissa, blanks.exponent, symbols.mantissa, symbols.exponent];
    for (const [array, vector] of vectors.entries())
      this.#f.do(v128.store(this.#pointers[array]!, vector, borderBytes));
  }
}

/** Numbers that count as 0 where they are not allowed: the exponents of caps are that of 0 there, the largest elsewhere. */
function allowed(f: FunctionBuilder, { mantissa, exponent }: Scaled, caps: Value<'v128'>): Scaled {
  return { mantissa, exponent: f.v128(i32x4.min_s(exponent, caps)) };
}

/**
 * One step forward: α of the states at `to` from those at `from`, which may be the same place. `symbols` holds the byte offsets of the
 * symbols' emissions, and `caps` which of them may follow the one before at once; both with a border, as the arrays have.
 */
export type ForwardFunction = FunctionReference<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  undefined
>;

/** Adds the function (from, to, array bytes, bytes of states, symbols, caps, emissions, the blank's emission) to a module. */
export function forwardFunction(module: ModuleBuilder): ForwardFunction {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, from, to, size, bytes, symbols, caps, emissions, blankEmission) => {
      const blank = loadOne(f, blankEmission);
      clearBorder(f, to, size);
      // From the end, so that nothing is overwritten that is still needed.
      const offset = f.i32(i32.sub(bytes, 16));
      f.while(i32.ge_s(offset, 0), () => {
        const before = new StateVectors(f, i32.add(from, offset), size);
        const [ownBlanks, ownSymbols, last] = [before.blanks(), before.symbols(), before.symbols(-1)];
        const skipped = allowed(f, last, v128.load(i32.add(caps, offset), borderBytes));
        const nextBlanks = normalized(f, product(f, sumOf(f, [ownBlanks, last]), blank));
        const emission = gatherFour(f, emissions, i32.add(symbols, i32.add(offset, borderBytes)));
        const nextSymbols = normalized(f, product(f, sumOf(f, [ownSymbols, ownBlanks, skipped]), emission));
        new StateVectors(f, i32.add(to, offset), size).store(nextBlanks, nextSymbols);
        f.increase(offset, -16);
      });
    },
  );
}

/** Zeros before the first symbols: the state before them, which the first blank would be entered from. */
function clearBorder(f: FunctionBuilder, states: Local<'i32'>, size: Local<'i32'>): void {
  const mantissas = f.i32(i32.add(states, i32.mul(size, 2)));
  f.do(v128.store(mantissas, f.splat(1)));
  f.do(v128.store(i32.add(mantissas, size), f.splatInteger(nothing)));
}

/**
 * One step back: from β of the step behind with its emission to that of the step, in place, adding α β of the symbols to the shares of their
 * classes (at half their emissions' offsets). Two numbers are written before the shares: α β of all blanks, and of all states.
 */
export type BackwardFunction = FunctionReference<
  readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  undefined
>;

/** Bytes before the shares of a step. */
export const totalsBytes = 16;

/**
 * Adds the function (α, β, array bytes, bytes of states, symbols, caps, emissions, the blank's emission, shares, exponent of all) to a
 * module. Shares are relative to 2 to the power of that exponent.
 */
export function backwardFunction(module: ModuleBuilder): BackwardFunction {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.function(
    undefined,
    { parameters },
    (f, alpha, beta, size, bytes, symbols, caps, emissions, blankEmission, shares, exponent) => {
      const blank = loadOne(f, blankEmission);
      const all = f.v128(i32x4.splat(exponent));
      const [blankSum, symbolSum] = [f.v128(f.splat(0)), f.v128(f.splat(0))];
      const share = (a: Scaled, b: Scaled): Local<'v128'> => {
        const both = product(f, a, b);
        return f.v128(f32x4.mul(both.mantissa, powerOfTwo(f, i32x4.sub(both.exponent, all))));
      };
      const first = f.i32(i32.add(shares, totalsBytes));
      const offset = f.local('i32');
      f.for(offset, 0, bytes, 16, () => {
        const behind = new StateVectors(f, i32.add(beta, offset), size);
        const own = new StateVectors(f, i32.add(alpha, offset), size);
        const [blanks, ownSymbols, next] = [behind.blanks(), behind.symbols(), behind.symbols(1)];
        const nextBlanks = behind.blanks(1);
        const skipped = allowed(f, next, v128.load(i32.add(caps, offset), borderBytes + 4));
        const fromBlanks = sumOf(f, [blanks, ownSymbols]);
        const fromSymbols = sumOf(f, [ownSymbols, nextBlanks, skipped]);
        f.set(blankSum, f32x4.add(blankSum, share(own.blanks(), fromBlanks)));
        const parts = share(own.symbols(), fromSymbols);
        f.set(symbolSum, f32x4.add(symbolSum, parts));
        const places = f.i32(i32.add(symbols, i32.add(offset, borderBytes)));
        for (const lane of [0, 1, 2, 3]) {
          const at = f.i32(i32.add(first, i32.shr_u(i32.load(places, 4 * lane), 1)));
          f.do(f32.store(at, f32.add(f32.load(at), f32x4.extract_lane(parts, lane))));
        }
        const emission = gatherFour(f, emissions, places);
        behind.store(
          normalized(f, product(f, fromBlanks, blank)),
          normalized(f, product(f, fromSymbols, emission)),
        );
      });
      const blankTotal = f.f32(total(f, blankSum));
      f.do(f32.store(shares, blankTotal));
      f.do(f32.store(shares, f32.add(blankTotal, total(f, symbolSum)), 4));
    },
  );
}

/** The sum of four lanes. */
function total(f: FunctionBuilder, vector: Local<'v128'>): Value<'f32'> {
  const halves = f.v128(f32x4.add(vector, shuffle32(vector, vector, [2, 3, 2, 3])));
  return f32x4.extract_lane(f32x4.add(halves, shuffle32(halves, halves, [1, 1, 1, 1])), 0);
}
