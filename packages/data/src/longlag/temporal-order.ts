import { assertCount } from '../assert-count.js';
import { DataError } from '../errors.js';
import { type PaddedBatch, padBatch } from '../padding.js';
import type { Random } from '../random.js';

/** The symbols of the temporal order task by index. */
export const orderAlphabet = ['a', 'b', 'c', 'd', 'X', 'Y', 'E', 'B'] as const;

const [DISTRACTORS, X, E, B] = [4, 4, 6, 7];

/** Sequences of the temporal order task. */
export interface TemporalOrder extends PaddedBatch {
  /** `[B]`: which of the 4 (two marks) or 8 (three marks) orders of X and Y it was; X counts 0, Y counts 1, the first mark most. */
  readonly classes: Int32Array;
}

/** Where the marks stand, in hundredths of `length`: from, and to. */
const places = {
  2: [
    [10, 20],
    [50, 60],
  ],
  3: [
    [10, 20],
    [33, 43],
    [66, 76],
  ],
} as const;

/** The error of who guesses the class: 3/4, or 7/8. */
export function orderBaseline(marks: 2 | 3): number {
  return 1 - 1 / 2 ** marks;
}

/**
 * Temporal order (Hochreiter & Schmidhuber 1997, "Long short-term memory", experiments 6a with two marks and 6b with three): a
 * sequence begins with E, ends with B, and otherwise holds a, b, c and d at random, but for two or three marks, each X or Y. In which
 * order they came is asked at the end. At length 100 sequences have 100 to 110 symbols, and the marks stand at steps 10 to 20 and 50 to
 * 60 (6b: 10 to 20, 33 to 43 and 66 to 76); other lengths stretch all of that.
 *
 * @throws DataError unless count is a whole number from 1 and length one from 20, or for another number of marks
 * @example temporalOrder(new Random(1), { count: 32, length: 100, marks: 2 })
 */
export function temporalOrder(
  random: Random,
  { count, length, marks }: { readonly count: number; readonly length: number; readonly marks: 2 | 3 },
): TemporalOrder {
  assertCount('temporalOrder', 'count', count, 1);
  assertCount('temporalOrder', 'length', length, 20);
  if (!Object.hasOwn(places, marks)) {
    throw new DataError(`temporalOrder: there are tasks with 2 and with 3 marks, got ${marks}`);
  }
  const ranges = places[marks];
  const classes = new Int32Array(count);
  const between = (from: number, to: number): number => from + random.integer(to - from + 1);
  const sequences = Array.from({ length: count }, (_, row) => {
    const time = between(length, Math.floor(1.1 * length));
    const symbols = Int32Array.from({ length: time }, () => random.integer(DISTRACTORS));
    symbols[0] = E;
    symbols[time - 1] = B;
    for (const [from, to] of ranges) {
      const mark = random.integer(2);
      symbols[between(Math.round((from * length) / 100), Math.round((to * length) / 100))] = X + mark;
      classes[row] = 2 * classes[row]! + mark;
    }
    return symbols;
  });
  return { ...padBatch(sequences), classes };
}
