import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { beforeAll, expect, test } from 'vitest';
import { computeGradients, type GradientsResult } from './compute.js';
import { printGradients } from './gradients.js';

let result: GradientsResult;
beforeAll(async () => {
  await init(cpu());
  result = await computeGradients({ seeds: 2, sequences: 4 });
});

function normsOf(name: string): readonly number[] {
  return result.cells.find(({ cell }) => cell === name)!.norms;
}

test('L21: the memory of an LSTM is longer than that of an Elman network, the more so with its forget gate open', () => {
  const at = 100;
  expect(normsOf('LSTM')[at]! / normsOf('Elman')[at]!).toBeGreaterThan(3);
  expect(normsOf('LSTM, forget gate open')[at]! / normsOf('Elman')[at]!).toBeGreaterThan(100);
});

test('the identity of an IRNN keeps gradients about as they are', () => {
  const norms = normsOf('IRNN');
  for (const norm of norms) expect(norm).toBeGreaterThan(0.5);
  for (const norm of norms) expect(norm).toBeLessThanOrEqual(1.001);
  expect(norms[100]! / norms[1]!).toBeGreaterThan(0.8);
});

test('at distance 0 the gradient is the direction of the loss, of length 1', () => {
  for (const { norms } of result.cells) {
    expect(norms).toHaveLength(101);
    expect(norms[0]).toBeCloseTo(1, 5);
  }
});

test('measures the same each time', async () => {
  const options = { seeds: 1, sequences: 2, steps: 5 };
  expect(await computeGradients(options)).toEqual(await computeGradients(options));
});

test('prints a line for each cell', () => {
  const text = printGradients(result);
  expect(text).toMatch(/\ndistance \(steps\) +1 +5 +10 +20 +50 +100\n/);
  for (const { cell } of result.cells) expect(text).toContain(`\n${cell} `);
});
