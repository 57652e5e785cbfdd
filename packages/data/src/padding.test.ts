import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { padBatch } from './padding.js';

describe('padBatch', () => {
  it('fills up to the longest', () => {
    const { data, shape, lengths } = padBatch([[5, 6, 7], Int32Array.of(8), []]);
    expect([...data]).toEqual([5, 6, 7, 8, 0, 0, 0, 0, 0]);
    expect(shape).toEqual([3, 3]);
    expect([...lengths]).toEqual([3, 1, 0]);
  });

  it('takes a padding value and a length', () => {
    const { data, shape } = padBatch([[5], [6, 7]], { padding: -1, length: 3 });
    expect([...data]).toEqual([5, -1, -1, 6, 7, -1]);
    expect(shape).toEqual([2, 3]);
  });

  it('says which sequence is too long', () => {
    expect(() => padBatch([[1], [1, 2, 3]], { length: 2 })).toThrow(/sequence 1 has 3 steps, length is 2/);
    expect(() => padBatch([[1, 2]], { length: 1 })).toThrow(DataError);
  });

  it('makes an empty batch of nothing', () => {
    expect(padBatch([])).toEqual({ data: new Int32Array(0), shape: [0, 0], lengths: new Int32Array(0) });
  });
});
