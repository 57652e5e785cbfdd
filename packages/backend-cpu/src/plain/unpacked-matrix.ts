import { depthBlock, type Matrix, type RightFactor, type Rows } from './panels.js';
import { scratch } from './scratch.js';

const sums = scratch((length) => new Float64Array(length));

/**
 * The right factor of a product with a row or two, for which packing would cost as much as the product: it is read in
 * the order in which it lies. Sums are rounded where `PackedMatrix` rounds them, so both give the same bits.
 */
export class UnpackedMatrix implements RightFactor {
  readonly #matrix: Matrix;
  readonly #depth: number;
  readonly #columns: number;

  constructor(matrix: Matrix, depth: number, columns: number) {
    this.#matrix = matrix;
    this.#depth = depth;
    this.#columns = columns;
  }

  multiply(left: Rows, count: number, out: Rows, accumulate: boolean): void {
    for (let row = 0; row < count; row++) {
      const target = out.starts[row]! + out.shift;
      if (this.#depth === 0 && !accumulate) this.#add(target, out, sums(this.#columns).fill(0), false);
      for (let start = 0; start < this.#depth; start += depthBlock) {
        const stretch = Math.min(depthBlock, this.#depth - start);
        const sum = this.#multiplyRow(
          left,
          left.starts[row]! + left.shift + start * left.stride,
          start,
          stretch,
        );
        this.#add(target, out, sum, accumulate || start > 0);
      }
    }
  }

  #add(start: number, { numbers, stride }: Rows, sum: Float64Array, accumulate: boolean): void {
    for (let column = 0, target = start; column < this.#columns; column++, target += stride) {
      numbers[target] = accumulate ? sum[column]! + numbers[target]! : sum[column]!;
    }
  }

  /** The sums over a stretch of depth, for every column. */
  #multiplyRow(left: Rows, at: number, start: number, depth: number): Float64Array {
    const sum = sums(this.#columns);
    const { offset, depthStride, columnStride } = this.#matrix;
    const part = { ...this.#matrix, offset: offset + start * depthStride };
    const multiply = Math.abs(depthStride) < Math.abs(columnStride) ? multiplyByColumns : multiplyByRows;
    multiply(left, at, part, depth, this.#columns, sum);
    return sum;
  }
}

/** For a matrix whose columns lie together: one after the other. */
function multiplyByColumns(
  { numbers: left, stride }: Rows,
  at: number,
  { numbers: right, offset, depthStride, columnStride }: Matrix,
  depth: number,
  columns: number,
  sum: Float64Array,
): void {
  for (let column = 0; column < columns; column++) {
    let total = 0;
    let from = offset + column * columnStride;
    for (let k = 0, place = at; k < depth; k++, place += stride, from += depthStride) {
      total += left[place]! * right[from]!;
    }
    sum[column] = total;
  }
}

/** For a matrix whose rows lie together: four rows at a time are added to all sums. */
function multiplyByRows(
  { numbers: left, stride }: Rows,
  at: number,
  { numbers: right, offset, depthStride, columnStride }: Matrix,
  depth: number,
  columns: number,
  sum: Float64Array,
): void {
  sum.fill(0, 0, columns);
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const place = at + k * stride;
    const f0 = left[place]!;
    const f1 = left[place + stride]!;
    const f2 = left[place + 2 * stride]!;
    const f3 = left[place + 3 * stride]!;
    let from = offset + k * depthStride;
    for (let column = 0; column < columns; column++, from += columnStride) {
      let total = sum[column]! + f0 * right[from]!;
      total += f1 * right[from + depthStride]!;
      total += f2 * right[from + 2 * depthStride]!;
      sum[column] = total + f3 * right[from + 3 * depthStride]!;
    }
  }
  for (; k < depth; k++) {
    const factor = left[at + k * stride]!;
    let from = offset + k * depthStride;
    for (let column = 0; column < columns; column++, from += columnStride) {
      sum[column] = sum[column]! + factor * right[from]!;
    }
  }
}
