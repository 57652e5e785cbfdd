import { offsetsOf, type View } from '@ostinato/kernel';
import { isWorthPacking, PackedMatrix } from './packed-matrix.js';
import { depthBlock, type Matrix, type Rows } from './panels.js';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';
import { UnpackedMatrix } from './unpacked-matrix.js';

/** Columns of the right factor that are packed at a time, so that they stay in the second-level cache. */
const columnBlock = 192;
const panels = scratch((length) => new Float64Array(length));

/**
 * out[..., M, N] = a[..., M, K] · b[..., K, N], or += with `accumulate`. Leading axes along which b is repeated count as
 * rows of one large product, wherever a and out lie.
 */
export function matmul(
  pool: Pool,
  a: View,
  b: View,
  out: View,
  options: { accumulate?: boolean } = {},
): void {
  const rank = out.shape.length;
  const axes = out.shape.slice(0, -1).map((_, axis) => axis);
  const isRow = (axis: number): boolean => axis === rank - 2 || b.strides[axis] === 0 || b.shape[axis] === 1;
  const rowAxes = axes.filter(isRow);
  const batchAxes = axes.filter((axis) => !isRow(axis));
  const places = (view: View, chosen: readonly number[], offset: number): Int32Array =>
    offsetsOf(
      chosen.map((axis) => out.shape[axis]!),
      chosen.map((axis) => view.strides[axis]!),
      offset,
    );
  const rowsOf = (view: View) => ({
    numbers: pool.floats(view, 'matmul'),
    starts: places(view, rowAxes, 0),
    stride: view.strides[rank - 1]!,
  });
  const [left, result] = [rowsOf(a), rowsOf(out)];
  const right = {
    numbers: pool.floats(b, 'matmul'),
    depthStride: b.strides[rank - 2]!,
    columnStride: b.strides[rank - 1]!,
  };
  const [aPlaces, bPlaces, outPlaces] = [a, b, out].map((view) => places(view, batchAxes, view.offset)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const depth = a.shape[rank - 1]!;
  const columns = out.shape[rank - 1]!;
  const accumulate = options.accumulate ?? false;
  for (let index = 0; index < outPlaces.length; index++) {
    const rows = { ...left, shift: aPlaces[index]! };
    const matrix = { ...right, offset: bPlaces[index]! };
    const to = { ...result, shift: outPlaces[index]! };
    multiplyRows(rows, matrix, to, depth, columns, accumulate);
  }
}

/** out[M, N] = left[M, depth] · right[depth, N], or += with `accumulate`. */
export function multiplyRows(
  left: Rows,
  right: Matrix,
  out: Rows,
  depth: number,
  columns: number,
  accumulate: boolean,
): void {
  const rows = left.starts.length;
  if (isWorthPacking(rows) && depth > 0) multiplyPacked(left, right, out, depth, columns, accumulate);
  else new UnpackedMatrix(right, depth, columns).multiply(left, rows, out, accumulate);
}

/** Through packed panels, some columns at a time. */
function multiplyPacked(
  left: Rows,
  right: Matrix,
  out: Rows,
  depth: number,
  columns: number,
  accumulate: boolean,
): void {
  for (let column = 0; column < columns; column += columnBlock) {
    const width = Math.min(columnBlock, columns - column);
    for (let start = 0; start < depth; start += depthBlock) {
      const stretch = Math.min(depthBlock, depth - start);
      const part = { ...right, offset: right.offset + start * right.depthStride };
      const packed = new PackedMatrix(
        part,
        stretch,
        column,
        width,
        panels(PackedMatrix.size(stretch, width)),
      );
      const from = { ...left, shift: left.shift + start * left.stride };
      packed.multiply(from, left.starts.length, out, accumulate || start > 0);
    }
  }
}
