import { assertCount } from '../assert-count.js';
import type { Random } from '../random.js';

/** Symbols of the copy memory task: 0 to 7 are remembered, 8 is blank, 9 asks for the answer. */
export const copySymbols = { remembered: 8, blank: 8, delimiter: 9, count: 10 } as const;

/** How many symbols are remembered. */
const KEPT = 10;

/** Sequences of the copy memory task. */
export interface CopyMemory {
  /** `[B, T + 20]`: ten symbols, T - 1 blanks, the delimiter, ten blanks. */
  readonly inputs: Int32Array;
  /** `[B, T + 20]`: blanks, and at the last ten steps the ten symbols in their order. */
  readonly targets: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/**
 * The mean cross entropy of who remembers nothing, in nats a step: ln 8 at ten of the T + 20 steps, and 0 at those whose answer is
 * always blank.
 *
 * @param length T
 */
export function copyBaseline(length: number): number {
  return (KEPT * Math.log(copySymbols.remembered)) / (length + 2 * KEPT);
}

/**
 * The copy memory task (Hochreiter & Schmidhuber 1997; in the form of Arjovsky et al. 2016, "Unitary evolution recurrent neural
 * networks"): say ten symbols again that were seen T steps before.
 *
 * @throws DataError unless count and length (T) are whole numbers from 1
 * @example copyMemory(new Random(1), { count: 32, length: 100 })
 */
export function copyMemory(
  random: Random,
  { count, length }: { readonly count: number; readonly length: number },
): CopyMemory {
  assertCount('copyMemory', 'count', count, 1);
  assertCount('copyMemory', 'length', length, 1);
  const time = length + 2 * KEPT;
  const inputs = new Int32Array(count * time).fill(copySymbols.blank);
  const targets = new Int32Array(count * time).fill(copySymbols.blank);
  for (let row = 0; row < count; row++) {
    const begin = row * time;
    for (let step = 0; step < KEPT; step++) {
      const symbol = random.integer(copySymbols.remembered);
      inputs[begin + step] = symbol;
      targets[begin + KEPT + length + step] = symbol;
    }
    inputs[begin + KEPT + length - 1] = copySymbols.delimiter;
  }
  return { inputs, targets, shape: [count, time] };
}
