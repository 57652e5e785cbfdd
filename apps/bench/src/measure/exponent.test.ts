import { expect, test } from 'vitest';
import { exponentOf } from './exponent.js';

test('finds the exponent of a power law', () => {
  const cubes = [1, 2, 5, 10].map((size) => [size, 7 * size ** 3] as const);
  expect(exponentOf(cubes)).toBeCloseTo(3, 10);
});

test('a constant does not grow', () => {
  expect(
    exponentOf([
      [1, 4],
      [8, 4],
    ]),
  ).toBeCloseTo(0, 10);
});

test('one size has no exponent', () => {
  expect(exponentOf([[3, 4]])).toBeUndefined();
  expect(
    exponentOf([
      [3, 4],
      [3, 5],
    ]),
  ).toBeUndefined();
  expect(exponentOf([])).toBeUndefined();
});
