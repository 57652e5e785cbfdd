import { describe, expect, it } from 'vitest';
import { dealRows } from './deal-rows.js';

/** Steps of each part, as kernels cut the rows. */
function stepsOf(lengths: readonly number[], parts: number): number[] {
  const rows = dealRows(lengths, parts);
  const most = Math.ceil(lengths.length / parts);
  return Array.from({ length: parts }, (_, part) =>
    rows.slice(part * most, (part + 1) * most).reduce((sum, row) => sum + lengths[row]!, 0),
  );
}

describe('dealRows', () => {
  it('gives every row to one part', () => {
    for (const count of [0, 1, 2, 5, 7, 16]) {
      const lengths = Array.from({ length: count }, (_, row) => (row * 7) % 11);
      for (const parts of [1, 2, 3, 4, 9]) {
        const rows = dealRows(lengths, parts);
        expect(rows.toSorted((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
      }
    }
  });

  it.each([
    [7, 2],
    [15, 2],
    [31, 2],
    [32, 2],
    [33, 3],
  ])('gives each of %i rows of lengths 1, 2, ... on %i parts about as many steps', (count, parts) => {
    const lengths = Array.from({ length: count }, (_, row) => row + 1);
    const steps = stepsOf(lengths, parts);
    // At worst the parts differ by one row.
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(count);
    expect(Math.max(...steps)).toBeLessThan((1.15 * (count * (count + 1))) / 2 / parts);
  });

  it('leaves rows of one length in their order on one part', () => {
    expect(dealRows([3, 1, 2], 1)).toEqual([0, 1, 2]);
  });
});
