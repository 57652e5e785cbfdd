import { expect, it } from 'vitest';
import { ctcAlign } from './alignment.js';
import { ctcCollapse } from './collapse.js';
import { allPaths, randomLogProbabilities, seeded } from './testing.js';

/** Log probabilities of frames whose classes have these probabilities. */
const frames = (...rows: number[][]) => Float32Array.from(rows.flat().map(Math.log));

it('finds the best of all paths through the target', () => {
  const random = seeded(3);
  for (let round = 0; round < 300; round++) {
    const classes = 2 + (round % 3);
    const time = 1 + (round % 6);
    const blank = Math.floor(classes * random());
    const numbers = randomLogProbabilities(time, classes, random);
    // A random path has a target that fits.
    const target = ctcCollapse(
      Array.from({ length: time }, () => Math.floor(classes * random())),
      blank,
    );
    let best = Number.NEGATIVE_INFINITY;
    for (const { path, logProbability } of allPaths(numbers, time, classes)) {
      if (`${ctcCollapse(path, blank)}` === `${target}`) best = Math.max(best, logProbability);
    }
    const { path, symbols, logProbability } = ctcAlign(numbers, time, classes, target, { blank });
    expect(logProbability).toBeCloseTo(best, 5);
    expect(ctcCollapse(path, blank)).toEqual(target);
    expect(path.reduce((sum, symbol, frame) => sum + numbers[frame * classes + symbol]!, 0)).toBeCloseTo(
      best,
      5,
    );
    // The segments are the path, and nothing else.
    const drawn = new Int32Array(time).fill(blank);
    for (const { symbol, start, end } of symbols) drawn.fill(symbol, start, end);
    expect(drawn).toEqual(path);
    expect(symbols.map(({ symbol }) => symbol)).toEqual(target);
  }
});

it('tells the frames and the confidence of each symbol', () => {
  const numbers = frames([0.9, 0.1, 0], [0.1, 0.9, 0], [0.2, 0.4, 0.4], [0.5, 0.25, 0.25], [0.1, 0, 0.9]);
  const { symbols } = ctcAlign(numbers, 5, 3, [1, 2]);
  expect(symbols.map(({ symbol, start, end }) => [symbol, start, end])).toEqual([
    [1, 1, 3],
    [2, 4, 5],
  ]);
  expect(symbols[0]!.confidence).toBeCloseTo(Math.sqrt(0.9 * 0.4), 6);
  expect(symbols[1]!.confidence).toBeCloseTo(0.9, 6);
});

it('keeps a blank between doubled symbols, against all odds', () => {
  const numbers = frames([0.1, 0.9], [0.1, 0.9], [0.1, 0.9]);
  expect([...ctcAlign(numbers, 3, 2, [1, 1]).path]).toEqual([1, 0, 1]);
  expect([...ctcAlign(numbers, 3, 2, [1]).path]).toEqual([1, 1, 1]);
});

it('an empty target is all blanks', () => {
  const numbers = frames([0.25, 0.75], [0.5, 0.5]);
  const { path, symbols, logProbability } = ctcAlign(numbers, 2, 2, []);
  expect([...path]).toEqual([0, 0]);
  expect(symbols).toEqual([]);
  expect(logProbability).toBeCloseTo(Math.log(0.125), 6);
  expect(ctcAlign(new Float32Array(), 0, 2, [])).toMatchObject({ symbols: [], logProbability: 0 });
});

it('says what cannot be aligned', () => {
  const numbers = frames([0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]);
  expect(() => ctcAlign(numbers, 3, 3, [1, 1, 2])).toThrow(
    /ctcAlign: 3 symbols, 1 of them after an equal one, with a blank between need 4 frames, there are 3/,
  );
  expect(() => ctcAlign(numbers, 3, 3, [1, 2, 1, 2])).toThrow(/4 symbols need 4 frames, there are 3/);
  expect(() => ctcAlign(numbers, 3, 3, [1, 3])).toThrow(/the target at 1 is 3, expected a class from 0 to 2/);
  expect(() => ctcAlign(numbers, 3, 3, [0])).toThrow(/the target at 0 is 0, the blank/);
  expect(() => ctcAlign(numbers, 3, 3, [2])).toThrow(/every path through the target has probability 0/);
  expect(() => ctcAlign(numbers, 3, 3, [1], { blank: 3 })).toThrow(/the blank is 3/);
});
