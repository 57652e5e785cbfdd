/**
 * The heart of every matrix product: a tile of 4 rows by 3 columns that stays in registers while the shared axis is
 * walked. Both factors are first copied ("packed") into panels in the order in which the tile reads them, as float64,
 * which JavaScript engines multiply faster than float32. See Goto & van de Geijn 2008, "Anatomy of high-performance
 * matrix multiplication".
 */

/** Rows of a tile. */
const tileRows = 4;
/** Columns of a tile. */
const tileColumns = 3;
/** Longest stretch of the shared axis in one panel: a panel of each factor stays in the first-level cache. */
export const depthBlock = 256;
/** Rows of the left factor that are packed at a time, so that they stay in the second-level cache. */
export const rowBlock = 64;

/** Rows of numbers anywhere in memory: number j of row i is `numbers[starts[i] + shift + j * stride]`. */
export interface Rows {
  readonly numbers: Float32Array;
  readonly starts: Int32Array;
  readonly shift: number;
  readonly stride: number;
}

/** Numbers that `depth` by `rows` of the left factor take when packed. */
export function packedRowsSize(rows: number, depth: number): number {
  return Math.ceil(rows / tileRows) * tileRows * depth;
}

/** Numbers that `depth` by `columns` of the right factor take when packed. */
export function packedColumnsSize(columns: number, depth: number): number {
  return Math.ceil(columns / tileColumns) * tileColumns * depth;
}

/** Packs rows `first` to `first + count` of the left factor, shared axis from `start` on: four rows side by side, zeros where there are none. */
export function packRows(
  rows: Rows,
  first: number,
  count: number,
  start: number,
  depth: number,
  to: Float64Array,
): void {
  const { numbers, starts, stride } = rows;
  const shift = rows.shift + start * stride;
  for (let row = 0, panel = 0; row < count; row += tileRows, panel += tileRows * depth) {
    for (let lane = 0; lane < tileRows; lane++) {
      let target = panel + lane;
      if (row + lane < count) {
        let source = starts[first + row + lane]! + shift;
        for (let k = 0; k < depth; k++, source += stride, target += tileRows) to[target] = numbers[source]!;
      } else {
        for (let k = 0; k < depth; k++, target += tileRows) to[target] = 0;
      }
    }
  }
}

/** A matrix in memory with any strides; the right factor of a product, its first axis the shared one. */
export interface Matrix {
  readonly numbers: Float32Array;
  readonly offset: number;
  readonly depthStride: number;
  readonly columnStride: number;
}

/** Something that rows can be multiplied with. */
export interface RightFactor {
  /** out[count, N] = left[count, depth] · this, or += with `accumulate`. */
  multiply(left: Rows, count: number, out: Rows, accumulate: boolean): void;
}

/** Packs columns `column` to `column + count` of the right factor: three side by side, zeros where there are none. */
export function packColumns(
  matrix: Matrix,
  column: number,
  count: number,
  start: number,
  depth: number,
  to: Float64Array,
  toOffset = 0,
): void {
  const { numbers, offset, depthStride, columnStride } = matrix;
  const panelSize = tileColumns * depth;
  const missing = tileColumns - 1 - ((count - 1) % tileColumns);
  const whole = count - (count % tileColumns);
  for (let k = 0; k < depth; k++) {
    let source = offset + (start + k) * depthStride + column * columnStride;
    let target = toOffset + k * tileColumns;
    for (let done = 0; done < whole; done += tileColumns, target += panelSize) {
      to[target] = numbers[source]!;
      to[target + 1] = numbers[source + columnStride]!;
      to[target + 2] = numbers[source + 2 * columnStride]!;
      source += 3 * columnStride;
    }
    for (let done = whole; done < count; done++, target++, source += columnStride)
      to[target] = numbers[source]!;
    for (let lane = 0; lane < missing; lane++, target++) to[target] = 0;
  }
}

/**
 * The product of one tile: out[4, 3] = left[depth, 4]ᵀ · right[depth, 3], or += with `accumulate`.
 * Row i of the result begins at `out0`, `out1`, ...; its columns lie `stride` apart.
 */
function multiplyTile(
  depth: number,
  left: Float64Array,
  row: number,
  right: Float64Array,
  column: number,
  out: Float32Array,
  out0: number,
  out1: number,
  out2: number,
  out3: number,
  stride: number,
  accumulate: boolean,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  for (let k = 0; k < depth; k++) {
    const b0 = right[column]!;
    const b1 = right[column + 1]!;
    const b2 = right[column + 2]!;
    const a0 = left[row]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    const a1 = left[row + 1]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    const a2 = left[row + 2]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    const a3 = left[row + 3]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    row += 4;
    column += 3;
  }
  if (accumulate) {
    s00 += out[out0]!;
    s01 += out[out0 + stride]!;
    s02 += out[out0 + 2 * stride]!;
    s10 += out[out1]!;
    s11 += out[out1 + stride]!;
    s12 += out[out1 + 2 * stride]!;
    s20 += out[out2]!;
    s21 += out[out2 + stride]!;
    s22 += out[out2 + 2 * stride]!;
    s30 += out[out3]!;
    s31 += out[out3 + stride]!;
    s32 += out[out3 + 2 * stride]!;
  }
  out[out0] = s00;
  out[out0 + stride] = s01;
  out[out0 + 2 * stride] = s02;
  out[out1] = s10;
  out[out1 + stride] = s11;
  out[out1 + 2 * stride] = s12;
  out[out2] = s20;
  out[out2 + stride] = s21;
  out[out2 + 2 * stride] = s22;
  out[out3] = s30;
  out[out3 + stride] = s31;
  out[out3 + 2 * stride] = s32;
}

/** Where tiles at the edge, of which not all rows and columns exist, are computed. */
const edge = new Float32Array(tileRows * tileColumns);

/**
 * Multiplies packed factors: `count` rows of `out` from row `first` on, `width` columns of them from `column` on.
 * @param right packed columns, from `rightOffset` on
 * @param accumulate whether to add to what is there
 */
export function multiplyPanels(
  left: Float64Array,
  right: Float64Array,
  rightOffset: number,
  depth: number,
  out: Rows,
  first: number,
  count: number,
  column: number,
  width: number,
  accumulate: boolean,
): void {
  const { numbers, starts, stride } = out;
  for (let done = 0; done < width; done += tileColumns) {
    const across = Math.min(tileColumns, width - done);
    const panel = rightOffset + done * depth;
    const shift = out.shift + (column + done) * stride;
    for (let row = 0; row < count; row += tileRows) {
      const down = Math.min(tileRows, count - row);
      const top = first + row;
      if (down === tileRows && across === tileColumns) {
        const out0 = starts[top]! + shift;
        const out1 = starts[top + 1]! + shift;
        const out2 = starts[top + 2]! + shift;
        const out3 = starts[top + 3]! + shift;
        multiplyTile(
          depth,
          left,
          row * depth,
          right,
          panel,
          numbers,
          out0,
          out1,
          out2,
          out3,
          stride,
          accumulate,
        );
        continue;
      }
      for (let i = 0; i < down; i++) {
        const source = starts[top + i]! + shift;
        for (let j = 0; j < across; j++) edge[i * tileColumns + j] = numbers[source + j * stride]!;
      }
      multiplyTile(depth, left, row * depth, right, panel, edge, 0, 3, 6, 9, 1, accumulate);
      for (let i = 0; i < down; i++) {
        const target = starts[top + i]! + shift;
        for (let j = 0; j < across; j++) numbers[target + j * stride] = edge[i * tileColumns + j]!;
      }
    }
  }
}
