import type { View } from '@ostinato/kernel';

/**
 * Where the real steps of sequences [T, B, ...] lie, relative to the first one: step by step, each with the rows that still run.
 * @param lengths of the rows; what lies outside [0, T] counts as 0 or T
 * @param scale of the strides: 1 for elements, 4 for bytes
 */
export function realSteps(lengths: ArrayLike<number>, { shape, strides }: View, scale: number): Int32Array {
  const [T, B] = shape as readonly number[] as [number, number];
  const [step, row] = [strides[0]! * scale, strides[1]! * scale];
  let count = 0;
  for (let b = 0; b < B; b++) count += Math.max(0, Math.min(lengths[b]!, T));
  const places = new Int32Array(count);
  let place = 0;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) if (t < lengths[b]!) places[place++] = t * step + b * row;
  }
  return places;
}
