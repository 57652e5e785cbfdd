import { RandomSource } from '@ostinato/tensor';
import { expect, it } from 'vitest';
import { chrono } from './chrono.js';

it('lets units begin by keeping what they have, for times up to the longest', () => {
  const biases = chrono(101, { gates: 3, keeps: 2, takes: 0 })([3 * 500], new RandomSource(1));
  const [takes, others, keeps] = [0, 1, 2].map((gate) => biases.subarray(500 * gate, 500 * (gate + 1)));
  const times = [...keeps!].map((bias) => Math.exp(bias));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...times)).toBeLessThan(100);
  // Uniform from 1 to 100: mean 50.5, with a deviation of 29 / √500 = 1.3.
  expect(Math.abs(times.reduce((sum, time) => sum + time, 0) / 500 - 50.5)).toBeLessThan(5);
  expect([...takes!]).toEqual([...keeps!].map((bias) => -bias));
  expect(others!.every((bias) => bias === 0)).toBe(true);
});

it('leaves the other gates alone where one gate does both, and copes with lags of a step', () => {
  const biases = chrono(1, { gates: 2, keeps: 1 })([8], new RandomSource(1));
  expect([...biases]).toEqual(new Array(8).fill(0));
});
