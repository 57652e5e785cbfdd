import { cpu } from '@ostinato/backend-cpu';
import { type BackendFactory, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, type Tensor, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { type CrossEntropyOptions, crossEntropy } from './cross-entropy.js';
import { huber } from './huber.js';
import { meanAbsoluteError } from './mean-absolute-error.js';
import { meanSquaredError } from './mean-squared-error.js';
import type { LossOptions, Reduction } from './reduction.js';

/** The law of padding: adding it, or changing what lies in it, changes no loss and no gradient. */

const width = 3;
const lengths = [3, 1, 0, 2];
const batch = lengths.length;
const classOf = (row: number, step: number): number => (row + 2 * step) % width;
const numberAt = (row: number, step: number, feature: number): number =>
  2 * Math.sin(12.9898 * (1 + feature + width * (step + 5 * row)));

/** What `make` gives at real steps, `padding` elsewhere. */
function padded<T>(time: number, padding: T, make: (row: number, step: number) => T): T[] {
  return lengths.flatMap((length, row) =>
    Array.from({ length: time }, (_, step) => (step < length ? make(row, step) : padding)),
  );
}
const features = (time: number, padding: number, phase: number): Tensor =>
  tensor(
    Float32Array.from(
      padded(time, [padding, padding, -padding], (row, step) =>
        [0, 1, 2].map((feature) => numberAt(row, step, feature + phase)),
      ).flat(),
    ),
    [batch, time, width],
  );

type Loss = (time: number, padding: number, options: LossOptions) => { x: Tensor; loss: Tensor };

const withIndices =
  (options: CrossEntropyOptions): Loss =>
  (time, padding, more) => {
    const x = variable(features(time, padding, 0));
    const content = Number.isFinite(padding) ? Math.trunc(padding) : -1;
    const targets = new Int32Array(padded(time, content, classOf));
    return { x, loss: crossEntropy(x, targets, { ...options, ...more }) };
  };
const compared =
  (loss: (x: Tensor, y: Tensor, options: LossOptions) => Tensor): Loss =>
  (time, padding, options) => {
    const x = variable(features(time, padding, 0));
    return { x, loss: loss(x, features(time, padding, 7), options) };
  };

const losses: [string, Loss][] = [
  ['crossEntropy of class indices', withIndices({})],
  ['crossEntropy, smoothed', withIndices({ labelSmoothing: 0.1 })],
  ['crossEntropy, weighted', withIndices({ classWeights: [1, 2, 0.5] })],
  ['crossEntropy, ignoring', withIndices({ ignoreIndex: 1 })],
  ['crossEntropy of distributions', compared(crossEntropy)],
  ['meanSquaredError', compared(meanSquaredError)],
  ['meanAbsoluteError', compared(meanAbsoluteError)],
  ['huber', compared(huber)],
  ['binaryCrossEntropy', compared(binaryCrossEntropy)],
  [
    'binaryCrossEntropy, weighted',
    compared((x, y, o) => binaryCrossEntropy(x, y, { ...o, positiveWeight: 2 })),
  ],
];
const reductions: Reduction[] = ['mean', 'sum', 'batchMean', 'none'];
const backends: [string, BackendFactory][] = [
  ['reference', reference()],
  ['cpu', cpu()],
];

describe.each(backends)('padding on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend);
  });

  /** Loss and gradient at real steps, and what flows into padding. */
  async function run(make: Loss, time: number, padding: number, options: LossOptions) {
    const { x, loss } = make(time, padding, options);
    const [gradient] = gradients(loss, [x], { seed: onesLike(loss) });
    const slopes = await gradient!.data();
    const real = padded(time, false, () => true);
    return {
      loss: onlyReal(await loss.data(), loss.shape, real),
      real: slopes.filter((_, index) => real[Math.floor(index / width)]),
      padding: slopes.filter((_, index) => !real[Math.floor(index / width)]),
    };
  }
  function onesLike(loss: Tensor): Tensor {
    return tensor(new Float32Array(loss.size).fill(1), loss.shape, { backend: loss.backend });
  }
  function onlyReal(values: ArrayLike<number>, shape: readonly number[], real: readonly boolean[]): number[] {
    const perStep = shape.length === 3 ? width : 1;
    return Array.from(values).filter((_, index) => shape.length === 0 || real[Math.floor(index / perStep)]);
  }

  it.each(losses)('does not count in %s', async (_, make) => {
    for (const reduction of reductions) {
      const plain = await run(make, 3, 0, { lengths, reduction });
      expect(plain.loss.every(Number.isFinite)).toBe(true);
      expect(plain.real.some((slope) => slope !== 0)).toBe(true);
      for (const [time, padding] of [
        [3, 50],
        [3, -1e4],
        [6, 3],
        [6, Number.NaN],
        [4, Number.POSITIVE_INFINITY],
      ] as const) {
        for (const given of [lengths, tensor(new Int32Array(lengths))]) {
          const other = await run(make, time, padding, { lengths: given, reduction });
          expect(other.padding.every((slope) => slope === 0)).toBe(true);
          for (const [index, value] of plain.loss.entries()) expect(other.loss[index]).toBeCloseTo(value, 5);
          for (const [index, value] of plain.real.entries()) expect(other.real[index]).toBeCloseTo(value, 6);
          if (given === lengths && time === 3) expect(other.real).toEqual(plain.real);
        }
      }
    }
  });
});
