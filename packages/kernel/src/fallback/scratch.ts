import type { Backend } from '../backend.js';
import { ELEMENT_BYTES, sizeOf, type View, viewOf } from '../view.js';

/** Temporary views that are given back when `use` returns. */
export function withScratch(
  backend: Backend,
  shapes: readonly (readonly number[])[],
  use: (...views: View[]) => void,
): void {
  const views: View[] = [];
  try {
    for (const shape of shapes) views.push(viewOf(backend.alloc(sizeOf(shape) * ELEMENT_BYTES), shape));
    use(...views);
  } finally {
    for (const view of views) backend.free(view.storage);
  }
}
