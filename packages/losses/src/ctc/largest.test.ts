import { expect, it } from 'vitest';
import { keepLargest } from './largest.js';
import { seeded } from './testing.js';

it('brings the largest keys to the front, also among equal ones', () => {
  const random = seeded(16);
  for (let round = 0; round < 500; round++) {
    const count = 1 + Math.floor(30 * random());
    const keep = 1 + Math.floor(count * random());
    const values = 1 + Math.floor(40 * random());
    const keys = Float64Array.from({ length: count + 3 }, () => Math.floor(values * random()));
    const order = Int32Array.from({ length: count + 3 }, (_, position) => position);
    const smallest = keepLargest(keys, order, count, keep);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from(order, (_, position) => position));
    const expected = [...keys.subarray(0, count)].sort((a, b) => b - a).slice(0, keep);
    const kept = Array.from(order.subarray(0, keep), (position) => keys[position]!).sort((a, b) => b - a);
    expect(kept).toEqual(expected);
    expect(smallest).toBe(expected.at(-1));
  }
});

it('takes as well what is infinite', () => {
  const keys = Float64Array.of(Number.NEGATIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 2);
  const order = Int32Array.of(0, 1, 2, 3);
  expect(keepLargest(keys, order, 4, 3)).toBe(Number.NEGATIVE_INFINITY);
  expect([...order.subarray(0, 2)].sort()).toEqual([1, 3]);
});
