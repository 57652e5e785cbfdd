import { nestOf, type View } from '@ostinato/kernel';
import { Loops } from './loops.js';
import type { Operand } from './operands.js';

/** What `gather` and `scatterAdd` are given: a table, indices, and a row for each index. */
export interface IndexedRows {
  /** [rows, D] */
  readonly table: View;
  /** [...] */
  readonly indices: View;
  /** [..., D] */
  readonly rows: View;
}

/** The loops over all indices, and the operands, as bits: a row of the table, an index, the row of an index. */
export function walkIndices({ table, indices, rows }: IndexedRows): {
  readonly loops: Loops;
  readonly operands: Readonly<Record<keyof IndexedRows, Operand>>;
} {
  const nest = nestOf(indices.shape, [indices.strides, rows.strides.slice(0, -1)]);
  const loops = new Loops('axis', nest.lengths);
  const [indexStrides, rowStrides] = nest.strides as [number[], number[]];
  return {
    loops,
    operands: {
      table: { view: table, axes: ['row', 'column'], elements: 'u32' },
      indices: { view: indices, axes: loops.axes, strides: indexStrides, elements: 'u32' },
      rows: {
        view: rows,
        axes: [...loops.axes, 'column'],
        strides: [...rowStrides, rows.strides.at(-1)!],
        elements: 'u32',
      },
    },
  };
}
