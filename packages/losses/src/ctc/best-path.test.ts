import { expect, it } from 'vitest';
import { ctcBestPath } from './best-path.js';
import { ctcCollapse } from './collapse.js';
import { allPaths, randomLogProbabilities, seeded } from './testing.js';

/** Log probabilities of frames whose classes have these probabilities. */
const frames = (...rows: number[][]) => Float32Array.from(rows.flat().map(Math.log));

it('tells where each symbol lies, and how sure it is', () => {
  const numbers = frames(
    [0.8, 0.1, 0.1],
    [0.1, 0.9, 0],
    [0.3, 0.4, 0.3],
    [0.6, 0.4, 0],
    [0.2, 0.7, 0.1],
    [0, 0, 1],
  );
  const { symbols, path, logProbability } = ctcBestPath(numbers, 6, 3);
  expect([...path]).toEqual([0, 1, 1, 0, 1, 2]);
  expect(symbols.map(({ symbol, start, end }) => [symbol, start, end])).toEqual([
    [1, 1, 3],
    [1, 4, 5],
    [2, 5, 6],
  ]);
  expect(symbols[0]!.confidence).toBeCloseTo(Math.sqrt(0.9 * 0.4), 6);
  expect(symbols[1]!.confidence).toBeCloseTo(0.7, 6);
  expect(symbols[2]!.confidence).toBe(1);
  expect(logProbability).toBeCloseTo(Math.log(0.8 * 0.9 * 0.4 * 0.6 * 0.7), 5);
});

it('is the most probable of all paths, whatever class is the blank', () => {
  const random = seeded(2);
  for (let round = 0; round < 50; round++) {
    const classes = 2 + (round % 3);
    const numbers = randomLogProbabilities(5, classes, random);
    const best = [...allPaths(numbers, 5, classes)].reduce((a, b) =>
      b.logProbability > a.logProbability ? b : a,
    );
    const blank = round % classes;
    const found = ctcBestPath(numbers, 5, classes, { blank });
    expect([...found.path]).toEqual(best.path);
    expect(found.logProbability).toBeCloseTo(best.logProbability, 6);
    expect(found.symbols.map(({ symbol }) => symbol)).toEqual(ctcCollapse(best.path, blank));
  }
});

it('takes logits', () => {
  const logits = Float32Array.of(5, 1, 0, 2, 4, 2);
  const { symbols, logProbability } = ctcBestPath(logits, 2, 3, { normalize: true });
  expect(symbols).toHaveLength(1);
  const share = 1 / (1 + 2 * Math.exp(-2));
  expect(symbols[0]!.confidence).toBeCloseTo(share, 6);
  expect(logProbability).toBeCloseTo(Math.log(share / (1 + Math.exp(-4) + Math.exp(-5))), 6);
});

it('no frames have no symbols', () => {
  expect(ctcBestPath(new Float32Array(), 0, 3)).toMatchObject({ symbols: [], logProbability: 0 });
});

it('says what is wrong', () => {
  const numbers = frames([0.5, 0.5], [0.5, 0.5]);
  expect(() => ctcBestPath(numbers, 3, 2)).toThrow(
    /ctcBestPath: 4 numbers for \[3, 2\], \[frames, classes\], expected 6; .* subarray/,
  );
  expect(() => ctcBestPath(numbers, 2, 2, { blank: 2 })).toThrow(
    /the blank is 2, expected a class from 0 to 1/,
  );
  expect(() => ctcBestPath(Float32Array.of(0, -1, 2, 0), 2, 2)).toThrow(
    /frame 1, class 0 is 2, expected the natural logarithm of a probability.* normalize: true/,
  );
  expect(() => ctcBestPath(Float32Array.of(-1, Number.NaN), 1, 2)).toThrow(/frame 0, class 1 is NaN/);
  expect(() => ctcBestPath(frames([0.5, 0.5], [0, 0]), 2, 2)).toThrow(/all classes of frame 1 are -Infinity/);
  const logits = Float32Array.of(1, Number.POSITIVE_INFINITY);
  expect(() => ctcBestPath(logits, 1, 2, { normalize: true })).toThrow(
    /class 1 is Infinity, expected a logit/,
  );
});
