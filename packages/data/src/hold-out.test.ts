import { expect, it } from 'vitest';
import { DataError } from './errors.js';
import { holdOut } from './hold-out.js';

const items = Array.from({ length: 20 }, (_, index) => index);

it('takes items away at random, the same for a seed, and loses none', () => {
  const { kept, held } = holdOut(items, 5);
  expect([kept.length, held.length]).toEqual([15, 5]);
  expect([...kept, ...held].sort((a, b) => a - b)).toEqual(items);
  expect(held).not.toEqual(items.slice(15));
  expect(holdOut(items, 5)).toEqual({ kept, held });
  expect(holdOut(items, 5, { seed: 1 }).held).not.toEqual(held);
  expect(holdOut(items, 0).held).toEqual([]);
});

it('leaves at least one', () => {
  expect(() => holdOut(items, 20)).toThrow(DataError);
  expect(() => holdOut(items, -1)).toThrow(/cannot take -1 of 20 away/);
});
