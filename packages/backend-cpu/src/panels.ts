/**
 * The heart of every matrix product: a tile of 4 rows by 3 columns kept in registers while the shared axis is walked.
 * Both factors are first copied ("packed") into panels in the order in which the tile reads them, as float64, which
 * JavaScript engines handle faster than float32. See Goto & van de Geijn 2008, "Anatomy of high-performance matrix
 * multiplication".
 */

/** Rows of a tile. */
export const tileRows = 4;
/** Columns of a tile. */
export const tileColumns = 3;
/** Longest stretch of the shared axis in one panel: 4 + 3 panels of it stay in the first-level cache. */
export const depthBlock = 256;

/** Numbers that a packed block of `count` rows (or columns) takes. */
export function packedSize(count: number, tile: number, depth: number): number {
  return Math.ceil(count / tile) * tile * depth;
}

/**
 * Packs rows of the left factor: for each group of four rows, depth by depth, zeros where rows are missing.
 * @param starts where each row begins; rows `first` to `first + count` are packed
 * @param stride distance along the shared axis
 */
export function packRows(
  from: Float32Array,
  starts: Int32Array,
  first: number,
  count: number,
  shift: number,
  stride: number,
  depth: number,
  to: Float64Array,
): void {
  for (let row = 0, panel = 0; row < count; row += tileRows, panel += tileRows * depth) {
    for (let lane = 0; lane < tileRows; lane++) {
      let target = panel + lane;
      if (row + lane < count) {
        let source = starts[first + row + lane]! + shift;
        for (let k = 0; k < depth; k++, source += stride, target += tileRows) to[target] = from[source]!;
      } else for (let k = 0; k < depth; k++, target += tileRows) to[target] = 0;
    }
  }
}

/**
 * Packs columns of the right factor: for each group of three columns, depth by depth, zeros where columns are missing.
 * @param offset of the first element
 * @param depthStride distance along the shared axis
 * @param columnStride distance from column to column
 */
export function packColumns(
  from: Float32Array,
  offset: number,
  depthStride: number,
  columnStride: number,
  depth: number,
  count: number,
  to: Float64Array,
  toOffset = 0,
): void {
  const panelSize = tileColumns * depth;
  const whole = count - (count % tileColumns);
  for (let k = 0; k < depth; k++) {
    let source = offset + k * depthStride;
    let target = toOffset + k * tileColumns;
    for (let column = 0; column < whole; column += tileColumns, target += panelSize) {
      to[target] = from[source]!;
      to[target + 1] = from[source + columnStride]!;
      to[target + 2] = from[source + 2 * columnStride]!;
      source += 3 * columnStride;
    }
    for (let column = whole; column < count; column++, source += columnStride)
      to[target + column - whole] = from[source]!;
    if (whole < count) for (let lane = count - whole; lane < tileColumns; lane++) to[target + lane] = 0;
  }
}

/** The product of one tile: tile[4, 3] = rows[depth, 4]ᵀ · columns[depth, 3]. */
function multiplyTile(
  depth: number,
  rows: Float64Array,
  row: number,
  columns: Float64Array,
  column: number,
  tile: Float64Array,
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
    const b0 = columns[column]!;
    const b1 = columns[column + 1]!;
    const b2 = columns[column + 2]!;
    const a0 = rows[row]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    const a1 = rows[row + 1]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    const a2 = rows[row + 2]!;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    const a3 = rows[row + 3]!;
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    row += 4;
    column += 3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s10;
  tile[4] = s11;
  tile[5] = s12;
  tile[6] = s20;
  tile[7] = s21;
  tile[8] = s22;
  tile[9] = s30;
  tile[10] = s31;
  tile[11] = s32;
}

const tile = new Float64Array(tileRows * tileColumns);

/**
 * out[count, width] = rows · columns for packed factors, or += with `accumulate`.
 * @param starts where each row of `out` begins; rows `first` to `first + count` are written
 * @param shift of the first column from there
 * @param stride distance from column to column of `out`
 */
export function multiplyPanels(
  rows: Float64Array,
  columns: Float64Array,
  columnsOffset: number,
  depth: number,
  count: number,
  width: number,
  out: Float32Array,
  starts: Int32Array,
  first: number,
  shift: number,
  stride: number,
  accumulate: boolean,
): void {
  for (let column = 0; column < width; column += tileColumns) {
    const across = Math.min(tileColumns, width - column);
    for (let row = 0; row < count; row += tileRows) {
      multiplyTile(depth, rows, row * depth, columns, columnsOffset + column * depth, tile);
      const down = Math.min(tileRows, count - row);
      for (let i = 0; i < down; i++) {
        let target = starts[first + row + i]! + shift + column * stride;
        const end = i * tileColumns + across;
        if (accumulate)
          for (let j = i * tileColumns; j < end; j++, target += stride) out[target]! += tile[j]!;
        else for (let j = i * tileColumns; j < end; j++, target += stride) out[target] = tile[j]!;
      }
    }
  }
}
