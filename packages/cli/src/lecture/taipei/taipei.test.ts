import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { beforeAll, expect, test } from 'vitest';
import { computeTaipei, type TaipeiResult } from './compute.js';
import { printTaipei } from './taipei.js';

let result: TaipeiResult;
beforeAll(async () => {
  await init(cpu());
  result = await computeTaipei();
});

test('L3: with memory the same word gets another slot', () => {
  expect(result.recurrent.map(({ answer }) => answer)).toEqual(['destination', 'departure']);
  expect(result.recurrent.map(({ slot }) => slot)).toEqual(['destination', 'departure']);
});

test('without memory the same word gives the same answer, bit for bit', () => {
  const [arrive, leave] = result.feedForward;
  expect(arrive!.sentence).not.toBe(leave!.sentence);
  expect({ ...arrive, sentence: '', slot: '' }).toEqual({ ...leave, sentence: '', slot: '' });
  expect(arrive!.destination + arrive!.departure).toBeGreaterThan(0.5);
});

test('prints both answers', () => {
  const text = printTaipei(result);
  expect(text).toMatch(/arrive taipei .* without memory/);
  expect(text).toMatch(/\n +with memory +destination +\d+\.\d\d +\d+\.\d\d\n/);
  expect(text).toMatch(/\n +with memory +departure +\d+\.\d\d +\d+\.\d\d\n/);
});
