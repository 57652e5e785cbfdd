import type { Backend } from '../backend.js';
import { realSteps } from '../program.js';
import { broadcastView, type View } from '../view.js';

/** out = x [T, B, ...] with zeros past each row's length. */
export function clearPadding(backend: Backend, x: View, lengths: View, out: View): void {
  backend.map(realSteps, [x, lengthsBeside(x, lengths)], [], [out]);
}

/** Lengths [B] repeated along the other axes of sequences [T, B, ...]. */
export function lengthsBeside({ shape }: View, lengths: View): View {
  const along = (length: number, otherwise: number): number[] =>
    shape.map((_, axis) => (axis === 1 ? length : otherwise));
  const row = { ...lengths, shape: along(lengths.shape[0]!, 1), strides: along(lengths.strides[0]!, 0) };
  return broadcastView(row, shape);
}
