import { expect, test } from 'vitest';
import { bandsOf } from './bands.js';

test('a slope is cut where it crosses the levels, up and down', () => {
  const row = [0, 1, 0];
  expect(bandsOf([0, 4, 8], [0, 1], [row, row], [0.25, 0.5])).toEqual(
    [
      { low: 0, high: 0.5 },
      { low: 0.5, high: 1 },
    ].flatMap((height) => [
      { left: 0, right: 1, level: 0, ...height },
      { left: 1, right: 2, level: 1, ...height },
      { left: 2, right: 6, level: 2, ...height },
      { left: 6, right: 7, level: 1, ...height },
      { left: 7, right: 8, level: 0, ...height },
    ]),
  );
});

test('a plain is one strip for each row', () => {
  const bands = bandsOf([0, 1, 2], [5, 6, 7], Array(3).fill([3, 3, 3]), [1, 2]);
  expect(bands.map(({ left, right, level }) => [left, right, level])).toEqual(Array(3).fill([0, 2, 2]));
  expect(bands.map(({ low, high }) => [low, high])).toEqual([
    [5, 5.5],
    [5.5, 6.5],
    [6.5, 7],
  ]);
});
