import { DTypeError, init, ShapeError } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { type NestedNumbers, Tensor, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { countReal, lengthsColumn, sequenceMask } from './lengths.js';

beforeAll(async () => {
  await init(reference());
});

const expected: NestedNumbers = [
  [1, 1, 0, 0],
  [0, 0, 0, 0],
  [1, 1, 1, 1],
];

describe('sequenceMask', () => {
  it.each([
    ['numbers', () => [2, 0, 4]],
    ['an Int32Array', () => new Int32Array([2, 0, 4])],
    ['a tensor', () => tensor(new Int32Array([2, 0, 4]))],
  ])('is 1 at real steps, from %s', async (_, lengths) => {
    expect(await sequenceMask(lengths(), 4).array()).toEqual(expected);
  });
  it('names the row of a length that does not fit', () => {
    expect(() => sequenceMask([2, 5], 4)).toThrow(
      'sequenceMask: the length of row 1 is 5, expected a whole number from 0 to 4, the length of the time axis',
    );
    expect(() => sequenceMask([-1], 4)).toThrow(/row 0 is -1/);
    expect(() => sequenceMask([1.5], 4)).toThrow(ShapeError);
    expect(() => sequenceMask([1, Number.NaN], 4)).toThrow(/row 1 is NaN/);
  });
  it('takes only i32 tensors of rank 1', () => {
    expect(() => sequenceMask(tensor([1, 2]), 4)).toThrow(DTypeError);
    expect(() => sequenceMask(tensor(new Int32Array(4), [2, 2]), 4)).toThrow(/must have shape \[4\]/);
  });
});

describe('lengthsColumn', () => {
  it('broadcasts against the tensor that it belongs to', () => {
    const column = lengthsColumn('here', [1, 2], zeros([2, 3, 4, 5]));
    expect(column.shape).toEqual([2, 1, 1, 1]);
    expect(column.dtype).toBe('i32');
  });
  it('refuses another number of rows', () => {
    expect(() => lengthsColumn('here', [1, 2, 3], zeros([2, 3]))).toThrow(
      'here: lengths must have shape [2], one for each row of the batch, got [3]',
    );
  });
});

describe('countReal', () => {
  it('counts elements of real steps', async () => {
    expect(countReal('here', undefined, [2, 3, 4])).toBe(24);
    expect(countReal('here', [1, 3], [2, 3, 4])).toBe(16);
    const counted = countReal('here', tensor(new Int32Array([1, 3])), [2, 3, 4]);
    expect(counted).toBeInstanceOf(Tensor);
    expect(await (counted as Tensor).item()).toBe(16);
  });
  it('keeps lengths of a tensor within the time axis', async () => {
    const counted = countReal('here', tensor(new Int32Array([-2, 9])), [2, 3]) as Tensor;
    expect(await counted.item()).toBe(3);
  });
});
