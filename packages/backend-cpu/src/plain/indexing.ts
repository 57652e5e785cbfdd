import { offsetsOf, type View } from '@ostinato/kernel';
import { outsideTable } from '../outside-table.js';
import type { Pool } from './pool.js';

/**
 * The row that each index points at, in row-major order of the indices.
 * @throws IndexError naming the first index outside the table
 */
function rowsAt(pool: Pool, indices: View, rows: number, kernel: string): Int32Array {
  const where = offsetsOf(indices.shape, indices.strides, indices.offset);
  const numbers = pool.numbers(indices, kernel);
  const found = new Int32Array(where.length);
  for (let place = 0; place < where.length; place++) {
    const index = numbers[where[place]!]!;
    if (!(index >= 0 && index < rows)) throw outsideTable(kernel, index, place, indices.shape, rows);
    found[place] = index;
  }
  return found;
}

/** out[..., D] = table[N, D] at indices[...]. Throws IndexError outside the table. */
export function gather(pool: Pool, table: View, indices: View, out: View): void {
  const rows = rowsAt(pool, indices, table.shape[0]!, 'gather');
  const from = pool.numbers(table, 'gather');
  const to = pool.numbers(out, 'gather');
  const starts = offsetsOf(out.shape.slice(0, -1), out.strides, out.offset);
  const width = out.shape.at(-1)!;
  const [rowStride, fromStride] = table.strides as [number, number];
  const toStride = out.strides.at(-1)!;
  for (let place = 0; place < rows.length; place++) {
    let source = table.offset + rows[place]! * rowStride;
    let target = starts[place]!;
    for (let column = 0; column < width; column++, source += fromStride, target += toStride) {
      to[target] = from[source]!;
    }
  }
}

/** out[N, D] += updates[..., D] at indices[...], one index after the other. Throws IndexError outside the table. */
export function scatterAdd(pool: Pool, updates: View, indices: View, out: View): void {
  const rows = rowsAt(pool, indices, out.shape[0]!, 'scatterAdd');
  const from = pool.numbers(updates, 'scatterAdd');
  const to = pool.numbers(out, 'scatterAdd');
  const starts = offsetsOf(updates.shape.slice(0, -1), updates.strides, updates.offset);
  const width = updates.shape.at(-1)!;
  const [rowStride, toStride] = out.strides as [number, number];
  const fromStride = updates.strides.at(-1)!;
  for (let place = 0; place < rows.length; place++) {
    let source = starts[place]!;
    let target = out.offset + rows[place]! * rowStride;
    for (let column = 0; column < width; column++, source += fromStride, target += toStride) {
      to[target] = to[target]! + from[source]!;
    }
  }
}
