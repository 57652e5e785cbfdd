import { ShapeError } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { accuracy, tokenAccuracy } from './accuracy.js';

describe('accuracy', () => {
  it('is the part that is right', () => {
    expect(accuracy([1, 2, 3, 4], [1, 2, 0, 4])).toBe(0.75);
    expect(accuracy(new Int32Array([1, 2]), [1, 2])).toBe(1);
    expect(accuracy(['flight', 'fare'], ['fare', 'flight'])).toBe(0);
    expect(accuracy([], [])).toBe(0);
  });
  it('wants a prediction for each', () => {
    expect(() => accuracy([1, 2], [1])).toThrow(
      'accuracy: 2 right answers and 1 predictions; one prediction is needed for each',
    );
  });
});

describe('tokenAccuracy', () => {
  const gold = new Int32Array([1, 2, 0, 3, 0, 0]);
  it('does not count padding', () => {
    expect(tokenAccuracy(gold, [1, 0, 0, 3, 9, 9], { lengths: [2, 1] })).toBeCloseTo(2 / 3, 12);
    expect(tokenAccuracy(gold, [1, 0, 5, 3, 0, 0], { lengths: new Int32Array([2, 1]) })).toBeCloseTo(
      2 / 3,
      12,
    );
    expect(tokenAccuracy(gold, gold, { lengths: [0, 0] })).toBe(0);
    expect(tokenAccuracy([], [], { lengths: [] })).toBe(0);
  });
  it('leaves steps out on demand', () => {
    expect(tokenAccuracy(gold, [9, 2, 0, 3, 0, 0], { lengths: [2, 1], ignore: 1 })).toBe(1);
  });
  it('names what does not fit', () => {
    expect(() => tokenAccuracy(gold, [1], { lengths: [2, 1] })).toThrow(ShapeError);
    expect(() => tokenAccuracy(gold, gold, { lengths: [2, 4] })).toThrow(
      /row 1 is 4, expected a whole number from 0 to 3/,
    );
    expect(() => tokenAccuracy(gold, gold, { lengths: [1, 1, 1, 1] })).toThrow(/do not fill 4 rows/);
    expect(() => tokenAccuracy(gold, gold, { lengths: [] })).toThrow(/do not fill 0 rows/);
  });
});
