import { nestOf, type View } from '@ostinato/kernel';

/**
 * A product as the shaders see it: out[batch, rows, columns] = Σ a[batch, rows, inner] · b[batch, inner, columns].
 *
 * Rows have two levels: row r is position r % rowLength of block r / rowLength, so that leading axes which b does not know are rows
 * of one large product. The inner sum runs over `repeats` blocks of `inner` terms.
 */
export interface Product {
  readonly rows: number;
  readonly rowLength: number;
  readonly columns: number;
  readonly inner: number;
  readonly repeats: number;
  readonly a: LeftOperand;
  readonly b: RightOperand;
  readonly out: Result;
  /** Leading axes with the strides of a, b and out. */
  readonly batch: readonly BatchAxis[];
  /** What ends before its full length, and where: block r / rowLength of the rows, or a block of inner terms. */
  readonly lengths: { readonly view: View; readonly of: 'rows' | 'inner' } | null;
  readonly accumulate: boolean;
  /** Whether a factor is a gradient, so that none is rounded. */
  readonly ofGradients: boolean;
}

/** One of the leading axes, and the strides of a, b and out along it. */
export interface BatchAxis {
  readonly length: number;
  readonly strides: readonly number[];
}

/** Strides of a. */
export interface LeftOperand {
  readonly view: View;
  readonly block: number;
  readonly row: number;
  readonly repeat: number;
  readonly inner: number;
}

/** Strides of b. */
export interface RightOperand {
  readonly view: View;
  readonly repeat: number;
  readonly inner: number;
  readonly column: number;
}

/** Strides of the result. */
export interface Result {
  readonly view: View;
  readonly block: number;
  readonly row: number;
  readonly column: number;
}

/** Strides along an axis of length 1 do not matter: 0 fits every alignment. */
const along = (view: View, axis: number): number => (view.shape[axis] === 1 ? 0 : view.strides[axis]!);

/** Axes as few as possible: those of length 1 are left out, and neighbours that lie one behind the other in all views are one. */
function mergeAxes(shape: readonly number[], strides: readonly (readonly number[])[]): BatchAxis[] {
  const nest = nestOf(shape, strides);
  return nest.lengths
    .map((length, level) => ({ length, strides: nest.strides.map((own) => own[level]!) }))
    .filter(({ length }) => length !== 1);
}

/** a[..., M, K] · b[..., K, N] */
export function productOf(a: View, b: View, out: View, accumulate: boolean, ofGradients = false): Product {
  const rank = out.shape.length;
  const [rowAxis, columnAxis] = [rank - 2, rank - 1];
  const M = out.shape[rowAxis]!;
  const leading = mergeAxes(
    out.shape.slice(0, rowAxis),
    [a, b, out].map(({ strides }) => strides.slice(0, rowAxis)),
  );
  // The innermost axis along which b is repeated becomes blocks of rows.
  const folded = leading.findLastIndex(({ strides }) => strides[1] === 0);
  const blocks = folded < 0 ? { length: 1, strides: [0, 0, 0] } : leading[folded]!;
  const own = { a: along(a, rowAxis), out: along(out, rowAxis) };
  const rows = rowsOf(M, own, blocks.length, { a: blocks.strides[0]!, out: blocks.strides[2]! });
  return {
    rows: rows.rows,
    rowLength: rows.rowLength,
    columns: out.shape[columnAxis]!,
    inner: a.shape[columnAxis]!,
    repeats: 1,
    a: { view: a, block: rows.block.a, row: rows.row.a, repeat: 0, inner: along(a, columnAxis) },
    b: { view: b, repeat: 0, inner: along(b, rowAxis), column: along(b, columnAxis) },
    out: { view: out, block: rows.block.out, row: rows.row.out, column: along(out, columnAxis) },
    batch: leading.filter((_, axis) => axis !== folded),
    lengths: null,
    accumulate,
    ofGradients,
  };
}

interface Pair {
  readonly a: number;
  readonly out: number;
}

/** One level of rows where blocks lie one behind the other, else two. */
function rowsOf(
  rowLength: number,
  row: Pair,
  blocks: number,
  block: Pair,
): { rows: number; rowLength: number; row: Pair; block: Pair } {
  const none = { a: 0, out: 0 };
  const rows = rowLength * blocks;
  if (blocks === 1) return { rows, rowLength: rows, row, block: none };
  if (rowLength === 1) return { rows, rowLength: rows, row: block, block: none };
  if (block.a === row.a * rowLength && block.out === row.out * rowLength) {
    return { rows, rowLength: rows, row, block: none };
  }
  return { rows, rowLength, row, block };
}

/** Whether the rows have two levels. */
export function hasBlocks({ rows, rowLength, lengths }: Product): boolean {
  return rowLength !== rows || lengths?.of === 'rows';
}

/** x[T, B, K] · weight[K, N] for the steps before each row's length: the steps of one row are a block. */
export function projectionOf(
  x: View,
  weight: View,
  lengths: View,
  out: View,
  accumulate: boolean,
  ofGradients = false,
): Product {
  const [T, B, K] = x.shape as [number, number, number];
  return {
    rows: T * B,
    rowLength: T,
    columns: out.shape[2]!,
    inner: K,
    repeats: 1,
    a: { view: x, block: along(x, 1), row: along(x, 0), repeat: 0, inner: along(x, 2) },
    b: { view: weight, repeat: 0, inner: along(weight, 0), column: along(weight, 1) },
    out: { view: out, block: along(out, 1), row: along(out, 0), column: along(out, 2) },
    batch: [],
    lengths: { view: lengths, of: 'rows' },
    accumulate,
    ofGradients,
  };
}

/** Σ x[T, B, K]ᵀ · gradient[T, B, N] over the steps before each row's length: the steps of one row are one block of the sum. */
export function projectionGradOf(x: View, gradient: View, lengths: View, out: View): Product {
  const [T, B, K] = x.shape as [number, number, number];
  return {
    rows: K,
    rowLength: K,
    columns: gradient.shape[2]!,
    inner: T,
    repeats: B,
    a: { view: x, block: 0, row: along(x, 2), repeat: along(x, 1), inner: along(x, 0) },
    b: { view: gradient, repeat: along(gradient, 1), inner: along(gradient, 0), column: along(gradient, 2) },
    out: { view: out, block: 0, row: along(out, 0), column: along(out, 1) },
    batch: [],
    lengths: { view: lengths, of: 'inner' },
    accumulate: false,
    ofGradients: true,
  };
}
