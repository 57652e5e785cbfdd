import { cpu } from '@ostinato/backend-cpu';
import { type BackendFactory, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { gradients, ones, tensor, variable } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { ctcLoss } from './ctc-loss.js';
import { enumeratePaths } from './enumerate-paths.fixture.js';
import { recursion } from './recursion.fixture.js';

/** Numbers in [0, 1) without pattern, the same at each run (Park & Miller 1988). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** A small batch: every length, blank, and repetition that fits. */
function randomBatch(seed: number) {
  const next = randomNumbers(seed);
  const whole = (count: number): number => Math.floor(next() * count);
  const [batch, time, classes] = [1 + whole(3), 1 + whole(5), 2 + whole(3)];
  const blank = whole(classes);
  const logits = Float32Array.from({ length: batch * time * classes }, () => 6 * next() - 3);
  const inputLengths = Array.from({ length: batch }, () => 1 + whole(time));
  const targets = inputLengths.map((length) => {
    const target: number[] = [];
    let steps = 0;
    for (let wanted = whole(length + 1); wanted > 0; wanted--) {
      const symbol = (blank + 1 + whole(classes - 1)) % classes;
      steps += symbol === target.at(-1) ? 2 : 1;
      if (steps > length) break;
      target.push(symbol);
    }
    return target;
  });
  return { batch, time, classes, blank, logits, inputLengths, targets };
}

const seeds = Array.from({ length: 300 }, (_, index) => 1000 + 7 * index);
const backends: [string, BackendFactory, number][] = [
  ['reference', reference(), 1e-7],
  ['cpu', cpu(), 2e-6],
  ['cpu without SIMD', cpu({ simd: false }), 2e-6],
];

describe('the recursion of the fixture', () => {
  it('agrees with enumeration', () => {
    for (const seed of seeds) {
      const { logits, time, classes, inputLengths, targets, blank } = randomBatch(seed);
      const [length, target] = [inputLengths[0]!, targets[0]!];
      const first = logits.subarray(0, time * classes);
      const [all, recursive] = [enumeratePaths, recursion].map((of) =>
        of(first, length, classes, target, blank),
      );
      expect(recursive!.loss).toBeCloseTo(all!.loss, 10);
      for (const [index, slope] of all!.gradient.entries())
        expect(recursive!.gradient[index]).toBeCloseTo(slope, 10);
    }
  });
});

describe.each(backends)('ctcLoss on %s', (_, backend, tolerance) => {
  beforeAll(async () => {
    await init(backend);
  });

  it('is what enumeration of all paths gives, and so is its gradient', async () => {
    for (const seed of seeds) {
      const { batch, time, classes, blank, logits, inputLengths, targets } = randomBatch(seed);
      const x = variable(tensor(logits, [batch, time, classes]));
      const loss = ctcLoss(x, targets, { inputLengths, blank, reduction: 'none' });
      const [gradient] = gradients(loss, [x], { seed: ones([batch]) });
      const [losses, slopes] = [await loss.data(), await gradient!.data()];
      for (let row = 0; row < batch; row++) {
        const own = logits.subarray(row * time * classes, (row + 1) * time * classes);
        const exact = enumeratePaths(own, inputLengths[row]!, classes, targets[row]!, blank);
        expect(Math.abs(losses[row]! - exact.loss)).toBeLessThanOrEqual(tolerance * (1 + exact.loss));
        for (let index = 0; index < time * classes; index++)
          expect(
            Math.abs(slopes[row * time * classes + index]! - (exact.gradient[index] ?? 0)),
          ).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});
