import { formatShape, type NumberArray } from '@ostinato/kernel';
import { type Operand, offsetsOf } from './operand.js';
import type { Tolerance } from './tolerance.js';

/** A check found a wrong result. */
export class ConformanceError extends Error {
  override name = 'ConformanceError';
}

/** Whether a float32 result is as good as the float64 number that is expected. */
export function isClose(got: number, expected: number, { relative, absolute }: Tolerance): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  const rounded = Math.fround(expected);
  if (!Number.isFinite(rounded)) return got === rounded;
  return Math.abs(got - expected) <= absolute + relative * Math.abs(expected) || got === rounded;
}

/** Row-major index as a position. */
function positionOf(index: number, shape: readonly number[]): number[] {
  const position = shape.map(() => 0);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}

/** Shape, strides, offset and type of a view, for messages. */
export function describeOperand({ dtype, shape, strides, offset }: Omit<Operand, 'data'>): string {
  return `${dtype} ${formatShape(shape)} strides ${formatShape(strides)} offset ${offset}`;
}

/**
 * Compares numbers row by row. Returns what is wrong, or `undefined`.
 * @param label what the numbers are called in the message
 */
export function difference(
  label: string,
  shape: readonly number[],
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
): string | undefined {
  if (got.length !== expected.length) {
    return `${label} has ${got.length} numbers, expected ${expected.length}`;
  }
  let first = -1;
  let wrong = 0;
  for (let index = 0; index < expected.length; index++) {
    if (isClose(got[index]!, expected[index]!, tolerance)) continue;
    if (wrong++ === 0) first = index;
  }
  if (wrong === 0) return undefined;
  const found = got[first]!;
  const wanted = expected[first]!;
  const allowed = tolerance.absolute + tolerance.relative * Math.abs(wanted);
  return (
    `${label}${formatShape(positionOf(first, shape))} is ${found}, expected ${wanted} ` +
    `(off by ${Math.abs(found - wanted).toExponential(2)}, allowed ${allowed.toExponential(2)}); ` +
    `${wrong} of ${expected.length} are wrong`
  );
}

/** Whether the storage around a view is what it was before. Returns what is wrong, or `undefined`. */
export function strayWrite(label: string, before: Operand, after: NumberArray): string | undefined {
  const inside = new Set(offsetsOf(before));
  for (let index = 0; index < before.data.length; index++) {
    if (inside.has(index) || after[index] === before.data[index]) continue;
    return (
      `element ${index} of the storage of ${label} lies outside the view and must not change: ` +
      `it was ${before.data[index]}, now it is ${after[index]}`
    );
  }
  return undefined;
}
