import { offsetsOf, type ProjectionArgs, type ProjectionGradArgs, type View } from '@ostinato/kernel';
import { realSteps } from '../real-steps.js';
import { multiplyRows } from './matmul.js';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';

const leftMemory = scratch((length) => new Float32Array(length));
const rightMemory = scratch((length) => new Float32Array(length));

function lengthsIn(pool: Pool, view: View): Int32Array {
  const numbers = pool.numbers(view, 'projection');
  return offsetsOf(view.shape, view.strides, view.offset).map((place) => numbers[place]!);
}

/** out = x · weight for the real steps: the others are no rows of the product. */
export function projection(pool: Pool, { x, weight, lengths, out, accumulate }: ProjectionArgs): void {
  const ends = lengthsIn(pool, lengths);
  const rowsOf = (view: View) => ({
    numbers: pool.floats(view, 'projection'),
    starts: realSteps(ends, view, 1),
    shift: view.offset,
    stride: view.strides[2]!,
  });
  const [depthStride, columnStride] = weight.strides as [number, number];
  const right = {
    numbers: pool.floats(weight, 'projection'),
    offset: weight.offset,
    depthStride,
    columnStride,
  };
  multiplyRows(rowsOf(x), right, rowsOf(out), x.shape[2]!, out.shape[2]!, accumulate);
}

/** out = Σ xᵀ · gradient over the real steps, which are copied side by side first. */
export function projectionGrad(pool: Pool, { x, gradient, lengths, out }: ProjectionGradArgs): void {
  const ends = lengthsIn(pool, lengths);
  const [K, N] = out.shape as [number, number];
  const starts = realSteps(ends, x, 1);
  const left = copied(pool, x, starts, leftMemory(starts.length * K));
  const right = copied(pool, gradient, realSteps(ends, gradient, 1), rightMemory(starts.length * N));
  const columns = Int32Array.from({ length: K }, (_, column) => column);
  const result = {
    numbers: pool.floats(out, 'projectionGrad'),
    starts: columns.map((row) => row * out.strides[0]!),
    shift: out.offset,
    stride: out.strides[1]!,
  };
  multiplyRows(
    { numbers: left, starts: columns, shift: 0, stride: K },
    { numbers: right, offset: 0, depthStride: N, columnStride: 1 },
    result,
    starts.length,
    N,
    false,
  );
}

/** The steps of a view [T, B, size] that begin at `starts`, one after the other. */
function copied(pool: Pool, view: View, starts: Int32Array, to: Float32Array): Float32Array {
  const numbers = pool.floats(view, 'projectionGrad');
  const [, , size] = view.shape as readonly number[] as [number, number, number];
  const stride = view.strides[2]!;
  let target = 0;
  for (const start of starts) {
    let source = view.offset + start;
    for (let index = 0; index < size; index++, source += stride) to[target++] = numbers[source]!;
  }
  return to;
}
