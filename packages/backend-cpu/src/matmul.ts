import type { View } from '@ostinato/kernel';
import { offsetsOf } from './layout.js';
import {
  depthBlock,
  multiplyPanels,
  packColumns,
  packedSize,
  packRows,
  tileColumns,
  tileRows,
} from './panels.js';
import type { Pool } from './pool.js';

/** Rows and columns packed at a time, so that both packed factors stay in the second-level cache. */
const rowBlock = 64;
const columnBlock = 192;
/** Fewer rows than this are multiplied without packing, which would cost as much as the product. */
const fewRows = 3;

const packedRows = new Float64Array(packedSize(rowBlock, tileRows, depthBlock));
const packedColumns = new Float64Array(packedSize(columnBlock, tileColumns, depthBlock));

/** One matrix product: rows at any places, columns and the shared axis at fixed distances. */
interface Product {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly out: Float32Array;
  /** Where each row of a and of out begins, relative to the batch. */
  readonly aRows: Int32Array;
  readonly outRows: Int32Array;
  readonly aDepth: number;
  readonly bDepth: number;
  readonly bColumn: number;
  readonly outColumn: number;
  readonly depth: number;
  readonly columns: number;
  readonly accumulate: boolean;
}

/** Where one product of a batch begins. */
interface Origin {
  readonly a: number;
  readonly b: number;
  readonly out: number;
}

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
  const rowAxes = axes.filter((axis) => axis === rank - 2 || b.strides[axis] === 0 || b.shape[axis] === 1);
  const batchAxes = axes.filter((axis) => !rowAxes.includes(axis));
  const places = (view: View, chosen: readonly number[], offset: number): Int32Array =>
    offsetsOf(
      chosen.map((axis) => out.shape[axis]!),
      chosen.map((axis) => view.strides[axis]!),
      offset,
    );
  const product: Product = {
    a: pool.floats(a, 'matmul'),
    b: pool.floats(b, 'matmul'),
    out: pool.floats(out, 'matmul'),
    aRows: places(a, rowAxes, 0),
    outRows: places(out, rowAxes, 0),
    aDepth: a.strides[rank - 1]!,
    bDepth: b.strides[rank - 2]!,
    bColumn: b.strides[rank - 1]!,
    outColumn: out.strides[rank - 1]!,
    depth: a.shape[rank - 1]!,
    columns: out.shape[rank - 1]!,
    accumulate: options.accumulate ?? false,
  };
  const aPlaces = places(a, batchAxes, a.offset);
  const bPlaces = places(b, batchAxes, b.offset);
  const outPlaces = places(out, batchAxes, out.offset);
  const multiply = product.aRows.length < fewRows || product.depth === 0 ? multiplyFewRows : multiplyPacked;
  for (let index = 0; index < outPlaces.length; index++) {
    multiply(product, { a: aPlaces[index]!, b: bPlaces[index]!, out: outPlaces[index]! });
  }
}

/** The large case: block by block through packed panels. */
function multiplyPacked(product: Product, origin: Origin): void {
  const { a, b, out, aRows, outRows, aDepth, bDepth, bColumn, outColumn, depth, columns } = product;
  for (let column = 0; column < columns; column += columnBlock) {
    const width = Math.min(columnBlock, columns - column);
    for (let start = 0; start < depth; start += depthBlock) {
      const stretch = Math.min(depthBlock, depth - start);
      const accumulate = product.accumulate || start > 0;
      const corner = origin.b + start * bDepth + column * bColumn;
      packColumns(b, corner, bDepth, bColumn, stretch, width, packedColumns);
      for (let row = 0; row < aRows.length; row += rowBlock) {
        const count = Math.min(rowBlock, aRows.length - row);
        packRows(a, aRows, row, count, origin.a + start * aDepth, aDepth, stretch, packedRows);
        const shift = origin.out + column * outColumn;
        multiplyPanels(
          packedRows,
          packedColumns,
          0,
          stretch,
          count,
          width,
          out,
          outRows,
          row,
          shift,
          outColumn,
          accumulate,
        );
      }
    }
  }
}

let sums = new Float64Array(1024);

/** A row or two, or no depth: b is read once, in the order in which it lies. */
function multiplyFewRows(product: Product, origin: Origin): void {
  const { a, b, out, aRows, outRows, aDepth, bDepth, bColumn, outColumn, depth, columns, accumulate } =
    product;
  if (sums.length < columns) sums = new Float64Array(columns);
  const sum = sums;
  for (let row = 0; row < aRows.length; row++) {
    const start = origin.a + aRows[row]!;
    if (Math.abs(bDepth) < Math.abs(bColumn)) {
      for (let column = 0; column < columns; column++) {
        let total = 0;
        let left = start;
        let right = origin.b + column * bColumn;
        for (let k = 0; k < depth; k++, left += aDepth, right += bDepth) total += a[left]! * b[right]!;
        sum[column] = total;
      }
    } else {
      sum.fill(0, 0, columns);
      for (let k = 0; k < depth; k++) {
        const factor = a[start + k * aDepth]!;
        let right = origin.b + k * bDepth;
        for (let column = 0; column < columns; column++, right += bColumn) sum[column]! += factor * b[right]!;
      }
    }
    let target = origin.out + outRows[row]!;
    for (let column = 0; column < columns; column++, target += outColumn) {
      out[target] = accumulate ? out[target]! + sum[column]! : sum[column]!;
    }
  }
}
