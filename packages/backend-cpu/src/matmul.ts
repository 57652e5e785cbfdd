import type { View } from '@ostinato/kernel';
import { offsetsOf } from './layout.js';
import { PackedMatrix } from './packed-matrix.js';
import { depthBlock, type Matrix, type Rows } from './panels.js';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';

/** Columns of the right factor that are packed at a time, so that they stay in the second-level cache. */
const columnBlock = 192;
/** Fewer rows than this are multiplied without packing, which would cost as much as the product. */
const enoughRows = 3;

const panels = scratch((length) => new Float64Array(length));
const sums = scratch((length) => new Float64Array(length));

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
  const multiply = left.starts.length < enoughRows || depth === 0 ? multiplyFewRows : multiplyPacked;
  for (let index = 0; index < outPlaces.length; index++) {
    multiply(
      { ...left, shift: aPlaces[index]! },
      { ...right, offset: bPlaces[index]! },
      { ...result, shift: outPlaces[index]! },
      depth,
      columns,
      options.accumulate ?? false,
    );
  }
}

/** The general case: through packed panels, some columns at a time. */
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

/** A row or two, or no depth: the right factor is read once, in the order in which it lies. */
function multiplyFewRows(
  left: Rows,
  right: Matrix,
  out: Rows,
  depth: number,
  columns: number,
  accumulate: boolean,
): void {
  const sum = sums(columns);
  for (let row = 0; row < left.starts.length; row++) {
    multiplyRow(left.numbers, left.starts[row]! + left.shift, left.stride, right, depth, columns, sum);
    let target = out.starts[row]! + out.shift;
    for (let column = 0; column < columns; column++, target += out.stride) {
      out.numbers[target] = accumulate ? out.numbers[target]! + sum[column]! : sum[column]!;
    }
  }
}

/** sum[columns] = row[depth] · right[depth, columns]. */
function multiplyRow(
  row: Float32Array,
  start: number,
  stride: number,
  { numbers, offset, depthStride, columnStride }: Matrix,
  depth: number,
  columns: number,
  sum: Float64Array,
): void {
  if (Math.abs(depthStride) < Math.abs(columnStride)) {
    for (let column = 0; column < columns; column++) {
      let total = 0;
      let from = offset + column * columnStride;
      for (let k = 0, at = start; k < depth; k++, at += stride, from += depthStride) {
        total += row[at]! * numbers[from]!;
      }
      sum[column] = total;
    }
    return;
  }
  sum.fill(0, 0, columns);
  for (let k = 0, at = start; k < depth; k++, at += stride) {
    const factor = row[at]!;
    let from = offset + k * depthStride;
    for (let column = 0; column < columns; column++, from += columnStride) {
      sum[column] = sum[column]! + factor * numbers[from]!;
    }
  }
}
