import { expect, test } from 'vitest';
import { batchMajor, timeMajor } from './time-major.js';

test('rows of time and batch change places', () => {
  // [batch 2, time 3, features 1]
  expect([...timeMajor(Float32Array.from([0, 1, 2, 10, 11, 12]), 2, 3, 1)]).toEqual([0, 10, 1, 11, 2, 12]);
});

test('directions end up side by side', () => {
  // [time 2, directions 2, batch 2, hidden 1]: 100 time + 10 direction + row
  const y = Float32Array.from([0, 1, 10, 11, 100, 101, 110, 111]);
  expect([...batchMajor(y, [2, 2, 2, 1])]).toEqual([0, 10, 100, 110, 1, 11, 101, 111]);
});
