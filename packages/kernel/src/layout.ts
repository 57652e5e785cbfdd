import { sizeOf } from './view.js';

/** Nested loops over a shape, outermost first; `strides[operand][level]` is how far each operand moves with each loop. */
export interface Nest {
  readonly lengths: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/**
 * The fewest loops that visit the positions of a shape in row-major order: axes of length 1 are dropped, and neighbours
 * are merged where every operand walks through both in one stride. At least one loop.
 * @param operands the strides of each operand along the axes of `shape`
 */
export function nestOf(shape: readonly number[], operands: readonly (readonly number[])[]): Nest {
  const lengths: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const last = lengths.length - 1;
    const merges = last >= 0 && operands.every((own, k) => strides[k]![last] === own[axis]! * length);
    if (merges) lengths[last]! *= length;
    else lengths.push(length);
    for (const [k, own] of operands.entries()) strides[k]![merges ? last : last + 1] = own[axis]!;
  }
  if (lengths.length > 0) return { lengths, strides };
  return { lengths: [1], strides: operands.map(() => [0]) };
}

/** Where each element of a strided window lies, in row-major order. */
export function offsetsOf(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  if (offsets.length === 0) return offsets;
  offsets[0] = offset;
  // Each axis repeats what the axes behind it have filled in; from the last axis to the first.
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis]!;
    const stride = strides[axis]!;
    for (let step = 1; step < length; step++) {
      const base = step * filled;
      for (let index = 0; index < filled; index++) offsets[base + index] = offsets[index]! + step * stride;
    }
    filled *= length;
  }
  return offsets;
}
