import { cpu } from '@ostinato/backend-cpu';
import { webgpu } from '@ostinato/backend-webgpu';
import { type Backend, init } from '@ostinato/kernel';
import { gradients, RandomSource, seed, square, sum, type Tensor, tensor, variable } from '@ostinato/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AttentionPooling, lastStep, maxPooling, meanPooling, type PoolingOptions } from './index.js';

const backends: Backend[] = [];
beforeAll(async () => {
  for (const factory of [cpu(), webgpu()]) backends.push(await init(factory));
});
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

const summaries: readonly [string, (x: Tensor, options: PoolingOptions) => Tensor][] = [
  ['lastStep', (x, options) => lastStep(x, { ...options, backwards: 2 })],
  ['meanPooling', meanPooling],
  ['maxPooling', maxPooling],
  [
    'AttentionPooling',
    (x, options) => {
      seed(5);
      return new AttentionPooling(5, 4).forward(x, options);
    },
  ],
];

it.each(summaries)(
  '%s gives on the GPU what it gives on the CPU, whatever the padding holds',
  async (_, summary) => {
    const lengths = [7, 2, 0, 1, 6, 3];
    const results: ArrayLike<number>[][] = [];
    for (const backend of backends) {
      await init(async () => backend);
      const numbers = Float32Array.from(await new RandomSource(12).normal([6, 7, 5]).data());
      for (const [row, length] of lengths.entries())
        numbers.fill(Number.NaN, (row * 7 + length) * 5, (row + 1) * 35);
      const x = variable(tensor(numbers, [6, 7, 5]));
      const result = summary(x, { lengths });
      const [gradient] = gradients(sum(square(result)), [x]);
      results.push(await Promise.all([result.data(), gradient!.data()]));
    }
    for (const [which, part] of results[1]!.entries()) {
      for (const [at, value] of Array.from(part).entries()) {
        const wanted = results[0]![which]![at]!;
        expect(Math.abs(value - wanted) / (1 + Math.abs(wanted)), `element ${at}`).toBeLessThan(1e-5);
      }
    }
  },
);
