import { assertCount } from '../assert-count.js';
import type { Random } from '../random.js';

/** Sequences of the adding problem. */
export interface AddingProblem {
  /** `[B, T, 2]`: at each step a value, uniform in [0, 1), and a mark, 1 or 0. */
  readonly inputs: Float32Array;
  readonly shape: readonly [batch: number, time: number, channels: 2];
  /** `[B]`: the sum of the two values that are marked. */
  readonly targets: Float32Array;
}

/** The mean squared error of the best constant answer, 1: the variance of the sum of two uniform numbers. */
export const addingBaseline = 1 / 6;

/**
 * The adding problem (Hochreiter & Schmidhuber 1997, "Long short-term memory", experiment 4; in the form of Le et al. 2015, "A simple way
 * to initialize recurrent networks of rectified linear units"): add the two values whose mark is 1. The marks stand at any two
 * different steps.
 *
 * @throws DataError unless count is a whole number from 1 and length one from 2
 * @example addingProblem(new Random(1), { count: 32, length: 150 })
 */
export function addingProblem(
  random: Random,
  { count, length }: { readonly count: number; readonly length: number },
): AddingProblem {
  assertCount('addingProblem', 'count', count, 1);
  assertCount('addingProblem', 'length', length, 2);
  const inputs = new Float32Array(count * length * 2);
  const targets = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const begin = row * length * 2;
    for (let step = 0; step < length; step++) inputs[begin + 2 * step] = random.next();
    const first = random.integer(length);
    // One of the other steps, each equally likely.
    const second = (first + 1 + random.integer(length - 1)) % length;
    for (const step of [first, second]) {
      inputs[begin + 2 * step + 1] = 1;
      targets[row]! += inputs[begin + 2 * step]!;
    }
  }
  return { inputs, shape: [count, length, 2], targets };
}
