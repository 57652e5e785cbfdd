import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { beforeAll, expect, test } from 'vitest';
import { computePower } from './compute.js';
import { printPower } from './power.js';

beforeAll(() => init(cpu()));

test('L20: w to the 999, and how it changes with w', async () => {
  const { weights } = await computePower();
  const [one, more, less, little] = weights;
  expect(weights.map(({ weight }) => weight)).toEqual([1, 1.01, 0.99, 0.01]);
  for (const { outputs } of weights) expect(outputs).toHaveLength(1000);
  expect(one).toMatchObject({ last: 1, slope: 999 });
  // w is rounded to 32 bits, by up to 6e-8, and then used 999 times.
  expect(more!.last / 1.01 ** 999).toBeCloseTo(1, 3);
  expect(more!.slope / (999 * 1.01 ** 998)).toBeCloseTo(1, 3);
  expect(more!.last).toBeGreaterThan(20000);
  expect(less!.last / 0.99 ** 999).toBeCloseTo(1, 3);
  expect(less!.last).toBeLessThan(1e-4);
  expect(little).toMatchObject({ last: 0, slope: 0 });
});

test('prints a line for each weight', async () => {
  const text = printPower(await computePower());
  expect(text).toMatch(/\n1\.01 +20,7\d0 +2\.05e\+7\n/);
  expect(text).toMatch(/\n0\.99 +4\.36e-5 +0\.044\n/);
});
