import {
  depthBlock,
  type Matrix,
  multiplyPanels,
  packColumns,
  packedColumnsSize,
  packedRowsSize,
  packRows,
  type RightFactor,
  type Rows,
  rowBlock,
} from './panels.js';
import { scratch } from './scratch.js';

const leftPanels = scratch((length) => new Float64Array(length));

/** Whether so many rows make up for packing the right factor; fewer are as fast without. */
export function isWorthPacking(rows: number): boolean {
  return rows >= 3;
}

/** The right factor of many products, or a part of it, packed once. */
export class PackedMatrix implements RightFactor {
  readonly #panels: Float64Array;
  readonly #depth: number;
  readonly #column: number;
  readonly #columns: number;

  /**
   * @param depth length of the shared axis
   * @param column first column to pack
   * @param columns how many to pack
   * @param panels memory for the panels, of at least `PackedMatrix.size(depth, columns)`
   */
  constructor(matrix: Matrix, depth: number, column: number, columns: number, panels: Float64Array) {
    this.#depth = depth;
    this.#column = column;
    this.#columns = columns;
    this.#panels = panels;
    for (let start = 0; start < depth; start += depthBlock) {
      const stretch = Math.min(depthBlock, depth - start);
      packColumns(matrix, column, columns, start, stretch, panels, packedColumnsSize(columns, start));
    }
  }

  /** Numbers of memory that the panels need. */
  static size(depth: number, columns: number): number {
    return packedColumnsSize(columns, depth);
  }

  multiply(left: Rows, count: number, out: Rows, accumulate: boolean): void {
    const panels = leftPanels(packedRowsSize(rowBlock, depthBlock));
    for (let row = 0; row < count; row += rowBlock) {
      const rows = Math.min(rowBlock, count - row);
      for (let start = 0; start < this.#depth; start += depthBlock) {
        const stretch = Math.min(depthBlock, this.#depth - start);
        packRows(left, row, rows, start, stretch, panels);
        const from = packedColumnsSize(this.#columns, start);
        const adds = accumulate || start > 0;
        multiplyPanels(
          panels,
          this.#panels,
          from,
          stretch,
          out,
          row,
          rows,
          this.#column,
          this.#columns,
          adds,
        );
      }
    }
  }
}
