import { DataError, type DigitImages, Random } from '@ostinato/data';
import { crossEntropy } from '@ostinato/losses';
import { equalLengths, partSizes } from './batches.js';
import { wrongClasses } from './judges.js';
import type { LongLagBatch, LongLagTask } from './task.js';

/** Pixels along each side of an image. */
const SIDE = 28;
/** Images that are measured at a time, and those that training is watched by: the last of the training part. */
const [PART, WATCHED] = [100, 500];
/** Side of the squares of pixels that become one step, by the number of steps. */
const squares: Readonly<Record<number, number>> = { 784: 1, 196: 2, 49: 4 };

/**
 * Which digit is it, seen pixel by pixel, row by row (Le et al. 2015). T is 784; at 196 and 49, squares of 4 and 16 pixels are
 * averaged first.
 */
export const mnist: LongLagTask = {
  name: 'mnist',
  about: 'which digit is it, seen one pixel at a time',
  measure: 'error',
  needsDigits: true,
  // Le et al. 2015 have 100 units, too.
  settings: (cell) => ({
    hidden: 100,
    batch: 32,
    rate: cell === 'irnn' || cell === 'orthogonal' ? 1e-4 : 1e-3,
    clip: 1,
    steps: 4000,
  }),
  open: ({ length = SIDE * SIDE, seed = 1, digits } = {}) => {
    const square = squares[length];
    if (square === undefined) {
      throw new DataError(
        `mnist: the length must be ${Object.keys(squares).join(', ')} (28, 14 or 7 squared), got ${length}`,
      );
    }
    if (!digits) throw new DataError('mnist: there are no images; read some with readDigits');
    const { train, test } = digits;
    const learnt = train.labels.length - Math.min(WATCHED, Math.floor(train.labels.length / 2));
    const batchOf = (images: DigitImages, indices: readonly number[]): LongLagBatch => ({
      inputs: pixelsOf(images, indices, square),
      shape: [indices.length, length, 1],
      lengths: equalLengths(indices.length, length),
      targets: Int32Array.from(indices, (index) => images.labels[index]!),
    });
    const range = (from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, at) => from + at);
    return {
      length,
      lag: length,
      inputSize: 1,
      outputSize: 10,
      answers: 'last',
      baseline: mostFrequentError(test.labels),
      goal: 0,
      draw: (step, count) => {
        const random = new Random(seed, step);
        return batchOf(
          train,
          Array.from({ length: count }, () => random.integer(learnt)),
        );
      },
      tests: (part) => {
        const [images, all] =
          part === 'watch'
            ? [train, range(learnt, train.labels.length)]
            : [test, range(0, test.labels.length)];
        let first = 0;
        return partSizes(all.length, PART).map((size) => {
          first += size;
          return batchOf(images, all.slice(first - size, first));
        });
      },
      loss: (outputs, { targets }) => crossEntropy(outputs, targets as Int32Array),
      judge: wrongClasses,
    };
  },
};

/** The brightness of images `[images, steps]`, 0 to 1, each step the mean of a square of pixels. */
function pixelsOf({ pixels }: DigitImages, indices: readonly number[], square: number): Float32Array {
  const side = SIDE / square;
  const result = new Float32Array(indices.length * side * side);
  for (const [row, index] of indices.entries()) {
    const image = pixels.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
    for (const [at, brightness] of image.entries()) {
      const [y, x] = [Math.floor(at / SIDE / square), Math.floor((at % SIDE) / square)];
      result[(row * side + y) * side + x]! += brightness / (255 * square * square);
    }
  }
  return result;
}

/** The error of who always says the digit that is most frequent. */
function mostFrequentError(labels: Uint8Array): number {
  const counts = new Array<number>(10).fill(0);
  for (const label of labels) counts[label]!++;
  return 1 - Math.max(...counts) / labels.length;
}
