import { expect, it } from 'vitest';
import { Random } from '../random.js';
import { copyBaseline, copyMemory } from './copy-memory.js';

it('shows ten symbols, blanks, the delimiter, and asks for the ten again', () => {
  const { inputs, targets, shape } = copyMemory(new Random(1), { count: 3, length: 4 });
  expect(shape).toEqual([3, 24]);
  for (let row = 0; row < 3; row++) {
    const [shown, wanted] = [inputs, targets].map((all) => [...all.subarray(24 * row, 24 * row + 24)]);
    const symbols = shown!.slice(0, 10);
    expect(symbols.every((symbol) => symbol >= 0 && symbol < 8)).toBe(true);
    expect(shown!.slice(10)).toEqual([8, 8, 8, 9, ...new Array(10).fill(8)]);
    expect(wanted).toEqual([...new Array(14).fill(8), ...symbols]);
  }
});

it('draws each of the eight symbols equally often, so that the baseline is the entropy of what is asked', () => {
  const length = 30;
  const { targets } = copyMemory(new Random(2), { count: 4000, length });
  const counts = new Array<number>(10).fill(0);
  for (const symbol of targets) counts[symbol]!++;
  const drawn = counts.slice(0, 8).map((count) => count / 40_000);
  const entropy = drawn.reduce((sum, share) => sum - share * Math.log(share), 0);
  expect(Math.abs((10 * entropy) / (length + 20) - copyBaseline(length))).toBeLessThan(1e-3);
  expect(copyBaseline(100)).toBeCloseTo(0.1733, 4);
});

it('depends on the seed alone, and refuses a length of nothing', () => {
  const of = (seed: number) => copyMemory(new Random(seed), { count: 2, length: 9 });
  expect(of(3)).toEqual(of(3));
  expect(of(3).inputs).not.toEqual(of(4).inputs);
  expect(() => copyMemory(new Random(), { count: 1, length: 0 })).toThrow(
    'copyMemory: length must be a whole number from 1, got 0',
  );
});
