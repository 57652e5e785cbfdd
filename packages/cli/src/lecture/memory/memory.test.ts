import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, expect, test } from 'vitest';
import { computeMemory } from './compute.js';
import { printMemory } from './memory.js';

beforeAll(() => init(reference()));

test('L4: the outputs and memories of the lecture, and others in another order', async () => {
  const { orders } = await computeMemory();
  expect(orders[0]).toEqual([
    { input: [1, 1], memory: [2, 2], output: [4, 4] },
    { input: [1, 1], memory: [6, 6], output: [12, 12] },
    { input: [2, 2], memory: [16, 16], output: [32, 32] },
  ]);
  expect(orders[1]!.map(({ output }) => output)).toEqual([
    [8, 8],
    [20, 20],
    [44, 44],
  ]);
});

test('prints both walks step by step', async () => {
  const text = printMemory(await computeMemory());
  expect(text).toMatch(/\n3 +\[2, 2\] +\[16, 16\] +\[32, 32\]\n/);
  expect(text).toMatch(/\n3 +\[1, 1\] +\[22, 22\] +\[44, 44\]$/);
});
