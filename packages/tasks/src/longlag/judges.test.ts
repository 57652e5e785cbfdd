import { describe, expect, it } from 'vitest';
import { crossEntropies, squaredErrors, wrongClasses, wrongStrings } from './judges.js';
import type { LongLagBatch } from './task.js';

/** A batch of which only what judges look at matters. */
function batch(
  targets: Float32Array | Int32Array,
  [rows, time]: readonly [number, number],
  lengths = new Int32Array(rows).fill(time),
): LongLagBatch {
  return { inputs: new Float32Array(rows * time), shape: [rows, time, 1], lengths, targets };
}

describe('judges', () => {
  it('square what an answer is off', () => {
    expect(squaredErrors(Float32Array.of(1, 0.5), batch(Float32Array.of(1, 2.5), [2, 7]))).toEqual([0, 4]);
  });

  it('count a class as wrong unless it is the likeliest', () => {
    const outputs = Float32Array.of(-1, 2, 0, 3, 1, 2);
    expect(wrongClasses(outputs, batch(Int32Array.of(1, 2), [2, 7]))).toEqual([0, 1]);
  });

  it('take the mean cross entropy over the steps of a row', () => {
    const outputs = Float32Array.of(0, 0, 0, 0, 1000, 0, 0, Math.log(3));
    const [first, second] = crossEntropies(outputs, batch(Int32Array.of(0, 1, 0, 1), [2, 2]));
    expect(first).toBeCloseTo(Math.log(2), 6);
    expect(second).toBeCloseTo(-Math.log(3 / 4) / 2, 6);
  });

  it('count a string as wrong where any real step says too much or too little', () => {
    const targets = Float32Array.of(1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0);
    const outputs = Float32Array.of(2, -2, 2, 2, 2, -2, 2, -2, 2, -2, 9, 9);
    expect(wrongStrings(outputs, batch(targets, [3, 2], Int32Array.of(2, 2, 1)))).toEqual([0, 1, 0]);
  });
});
