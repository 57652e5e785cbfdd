import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { beforeAll, expect, test } from 'vitest';
import { computeSurface, lossesAt, type SurfaceResult } from './compute.js';
import { longestStep, printSurface } from './surface.js';

let result: SurfaceResult;
beforeAll(async () => {
  await init(cpu());
  result = await computeSurface(13, 9);
});

test('L19: from the same start, clipping reaches a lower loss', () => {
  const { withClipping, withoutClipping, clipNorm, rate } = result;
  expect(withoutClipping[0]).toEqual(withClipping[0]);
  expect(withoutClipping).toHaveLength(withClipping.length);
  expect(withClipping.at(-1)!.loss).toBeLessThan(0.01);
  expect(withoutClipping.at(-1)!.loss).toBeGreaterThan(0.05);
  expect(longestStep(withClipping)).toBeLessThanOrEqual(1.001 * rate * clipNorm);
  expect(longestStep(withoutClipping)).toBeGreaterThan(1);
});

test('the surface has plains, and cliffs where the gradient is large', () => {
  const losses = result.surface.loss.flat();
  expect(Math.max(...losses)).toBeGreaterThan(0.4);
  expect(Math.min(...losses)).toBeLessThan(0.01);
  const norms = result.withClipping.map(({ gradientNorm }) => gradientNorm);
  expect(Math.min(...norms)).toBeLessThan(0.05);
  expect(Math.max(...norms)).toBeGreaterThan(1);
});

test('the surface is that of the network that is trained', async () => {
  const path = result.withClipping.slice(0, 20);
  const losses = await lossesAt(path);
  for (const [index, { loss }] of path.entries()) expect(losses[index]).toBeCloseTo(loss, 5);
});

test('rows of the surface are weights on the memory', async () => {
  const { w1, w2, loss } = result.surface;
  expect([w1.length, w2.length, loss.length, loss[0]!.length]).toEqual([13, 9, 9, 13]);
  const [corner] = await lossesAt([{ w1: w1[12]!, w2: w2[1]! }]);
  expect(loss[1]![12]).toBeCloseTo(corner!, 6);
});

test('prints where both trainings end', () => {
  const text = printSurface(result);
  expect(text).toMatch(/\nwithout clipping .* 0\.0[5-9]\d\d\n/);
  expect(text).toMatch(/\nclipped to norm 0\.3 .* 0\.00\d\d\n/);
});
