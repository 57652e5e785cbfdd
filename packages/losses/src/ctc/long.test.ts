import { cpu } from '@ostinato/backend-cpu';
import { type Backend, fallback, init } from '@ostinato/kernel';
import { gradients, tensor, variable } from '@ostinato/tensor';
import { describe, expect, it } from 'vitest';
import { ctcLoss } from './ctc-loss.js';
import type { RowResult } from './enumerate-paths.fixture.js';
import { recursion } from './recursion.fixture.js';

/** Float32 over thousands of steps, held against the recursion in float64. */

const [time, length, classes] = [2000, 500, 20];

/** Numbers without pattern in [-1, 1]. */
const noise = (index: number): number => {
  const wave = Math.sin(12.9898 * (index + 1)) * 43758.5453;
  return 2 * (wave - Math.floor(wave)) - 1;
};
const target = Array.from(
  { length },
  (_, place) => 1 + Math.floor(((noise(place + 7) + 1) / 2) * (classes - 1)),
);

const scores: [string, (step: number, k: number, index: number) => number][] = [
  ['an untrained network', (_, __, index) => noise(index)],
  ['large scores', (_, __, index) => 10 * noise(index)],
  ['a network that is sure of blanks', (_, k, index) => noise(index) + (k === 0 ? 12 : 0)],
  [
    'a network that is sure of the target',
    (step, k, index) => {
      const symbol = step % 4 === 1 ? target[Math.floor(step / 4)] : 0;
      return noise(index) + (k === symbol ? 12 : 0);
    },
  ],
];

const inputs = scores.map(([name, score]): [string, Float32Array] => [
  name,
  Float32Array.from({ length: time * classes }, (_, index) =>
    score(Math.floor(index / classes), index % classes, index),
  ),
]);

/** What float64 says of an input: it takes longer than the kernels, so each is computed once. */
const known = new Map<Float32Array, RowResult>();
function exactly(logits: Float32Array): RowResult {
  const result = known.get(logits) ?? recursion(logits, time, classes, target, 0);
  known.set(logits, result);
  return result;
}

/** Backends that run the fallback, or the kernel of their own. */
async function started(fused: boolean): Promise<Backend> {
  const backend = await init(cpu());
  if (fused) expect(backend.fused.ctcLoss).toBeDefined();
  const own = { supports: () => true, run: (args: never) => fallback.ctcLoss(backend, args) };
  if (!fused) Object.assign(backend.fused, { ctcLoss: own });
  return backend;
}

describe.each([
  ['the kernel of cpu', true],
  ['the fallback on cpu', false],
])('%s', (_, fused) => {
  it.each(inputs)('%s: 2000 steps and 500 symbols are exact to 1e-4', async (__, logits) => {
    const backend = await started(fused);
    const exact = exactly(logits);
    const x = variable(tensor(logits, [1, time, classes]));
    const loss = ctcLoss(x, [target], { reduction: 'sum' });
    const [gradient] = gradients(loss, [x]);
    const [value, slopes] = [await loss.item(), await gradient!.data()];
    backend.dispose();
    expect(Math.abs(value / exact.loss - 1)).toBeLessThan(1e-4);
    // A slope is the difference of a probability and a share, which may be 1: below 1e-2 their rounding counts.
    for (const [index, slope] of exact.gradient.entries()) {
      expect(Math.abs(slopes[index]! - slope)).toBeLessThan(1e-4 * Math.max(Math.abs(slope), 1e-2));
    }
  });
});
