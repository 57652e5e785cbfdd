import { expect, test } from 'vitest';
import { quantile, spreadOf } from './statistics.js';

test('quantiles lie between samples, whatever their order', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([7], 0.9)).toBe(7);
});

test('the spread of samples does not reorder them', () => {
  const samples = [5, 1, 9];
  expect(spreadOf(samples)).toEqual({
    median: 5,
    lowerQuartile: 3,
    upperQuartile: 7,
    minimum: 1,
    maximum: 9,
  });
  expect(samples).toEqual([5, 1, 9]);
});

test('no samples have no quantile', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});
