import type { View } from '@ostinato/kernel';
import type { Plan } from './matmul-plan.js';
import { hasBlocks, type Product } from './matmul-product.js';

/**
 * How an operand is read: in vectors of four along the inner axis, or along the other one (rows of a, columns of b), where they lie side by
 * side and aligned; else number by number.
 */
export type Layout = 'inner vectors' | 'outer vectors' | 'numbers';

/** Whether no other view of the product lies in the storage: a buffer that is read in vectors cannot be read or written otherwise. */
function isAlone({ a, b, out, lengths }: Product, { storage }: View): boolean {
  const views = [a.view, b.view, out.view, lengths?.view];
  return views.filter((view) => view?.storage === storage).length === 1;
}

const aligned = (...distances: readonly number[]): boolean =>
  distances.every((distance) => distance % 4 === 0);

/** The layouts of a and b. */
export function layoutsOf(product: Product, plan: Plan): { a: Layout; b: Layout } {
  const { a, b, batch, rowLength } = product;
  const batchAligned = (operand: number): boolean => batch.every(({ strides }) => aligned(strides[operand]!));
  const canA = isAlone(product, a.view) && aligned(a.view.offset, a.repeat, a.block) && batchAligned(0);
  const canB = isAlone(product, b.view) && aligned(b.view.offset, b.repeat) && batchAligned(1);
  // Four rows of one tile may not lie in two blocks.
  const rowsTogether = plan.rows > 1 && (!hasBlocks(product) || aligned(rowLength));
  return {
    a: canA ? layoutOf(a.inner, a.row, rowsTogether) : 'numbers',
    b: canB ? layoutOf(b.inner, b.column, plan.columns === 4) : 'numbers',
  };
}

function layoutOf(inner: number, outer: number, outerTogether: boolean): Layout {
  if (outer === 1 && aligned(inner) && outerTogether) return 'outer vectors';
  return inner === 1 && aligned(outer) ? 'inner vectors' : 'numbers';
}

/** Whether neighbouring invocations had better read neighbours along the inner axis. */
export function innerFirst(layout: Layout, inner: number, outer: number): boolean {
  return layout === 'numbers' ? Math.abs(inner) <= Math.abs(outer) : layout === 'inner vectors';
}
