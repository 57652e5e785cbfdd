import { describe, expect, test } from 'vitest';
import { type Grid, stripsOf } from './strips.js';

const grid = (rows: number[][]): Grid => ({
  rows: rows.length,
  columns: rows[0]!.length,
  at: (row, column) => rows[row]![column]!,
});

describe('stripsOf', () => {
  test('joins neighbours of one level, and covers every row without a gap', () => {
    const strips = stripsOf(
      grid([
        [0, 0, 1, 0.9],
        [1, 1, 1, 1],
      ]),
      { columns: 9, step: 0.5, levels: 2 },
    );
    expect(strips).toEqual([
      { row: 0, above: 1, from: 0, to: 1, level: 0 },
      { row: 0, above: 1, from: 1, to: 2, level: 1 },
      { row: 1, above: 2, from: 0, to: 2, level: 1 },
    ]);
  });

  test('takes the largest of columns that become one; the last may be narrower', () => {
    const strips = stripsOf(grid([[0, 1, 0, 0, 0]]), { columns: 3, step: 1, levels: 2 });
    expect(strips.map(({ from, to, level }) => [from, to, level])).toEqual([
      [0, 2, 1],
      [2, 5, 0],
    ]);
  });

  test('puts what lies outside of a range on its ends', () => {
    const strips = stripsOf(grid([[-5, 0.5, 7]]), { columns: 3, step: 1, levels: 4, range: [0, 1] });
    expect(strips.map(({ level }) => level)).toEqual([0, 2, 3]);
  });
});
