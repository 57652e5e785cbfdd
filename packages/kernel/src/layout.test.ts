import { describe, expect, it } from 'vitest';
import { nestOf, offsetsOf } from './layout.js';

describe('nestOf', () => {
  it('merges what all operands walk through in one stride', () => {
    expect(nestOf([2, 3, 4], [[12, 4, 1]])).toEqual({ lengths: [24], strides: [[1]] });
    expect(
      nestOf(
        [2, 3, 4],
        [
          [12, 4, 1],
          [0, 4, 1],
        ],
      ),
    ).toEqual({
      lengths: [2, 12],
      strides: [
        [12, 1],
        [0, 1],
      ],
    });
    expect(nestOf([2, 3], [[0, 0]])).toEqual({ lengths: [6], strides: [[0]] });
    expect(nestOf([2, 3], [[1, 2]])).toEqual({ lengths: [2, 3], strides: [[1, 2]] });
  });

  it('drops axes of length 1, whatever their strides', () => {
    expect(nestOf([1, 2, 1, 3], [[77, 3, 5, 1]])).toEqual({ lengths: [6], strides: [[1]] });
  });

  it('has at least one loop', () => {
    expect(nestOf([], [[], []])).toEqual({ lengths: [1], strides: [[0], [0]] });
    expect(nestOf([1, 1], [[4, 2]])).toEqual({ lengths: [1], strides: [[0]] });
  });
});

describe('offsetsOf', () => {
  it('lists places in row-major order', () => {
    expect([...offsetsOf([2, 3], [1, 2], 10)]).toEqual([10, 12, 14, 11, 13, 15]);
    expect([...offsetsOf([2, 2], [0, -1], 5)]).toEqual([5, 4, 5, 4]);
    expect([...offsetsOf([], [], 7)]).toEqual([7]);
    expect([...offsetsOf([2, 0], [1, 1], 7)]).toEqual([]);
  });
});
