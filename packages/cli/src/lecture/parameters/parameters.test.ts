import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, expect, test } from 'vitest';
import { computeParameters } from './compute.js';
import { printParameters } from './parameters.js';

beforeAll(() => init(reference()));

test('L12: an LSTM has 4 times the parameters of the simple network', async () => {
  const { cells } = await computeParameters(10, 20);
  const of = (name: string) => cells.find(({ cell }) => cell === name)!;
  expect(of('Elman')).toMatchObject({ input: 200, memory: 400, biases: 20, total: 620, ratio: 1 });
  expect(of('LSTM')).toMatchObject({ input: 800, memory: 1600, biases: 80, total: 2480, ratio: 4 });
  expect(of('GRU')).toMatchObject({ input: 600, memory: 1200, biases: 80, total: 1880 });
  expect(of('LSTM').summary).toContain('2,480');
});

test('prints the counts', async () => {
  const text = printParameters(await computeParameters());
  expect(text).toMatch(/\nElman +12,800 +16,384 +128 +29,312 +1\.00\n/);
  expect(text).toMatch(/\nLSTM +51,200 +65,536 +512 +117,248 +4\.00\n/);
});
