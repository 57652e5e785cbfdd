import { offsetsOf, type SoftmaxArgs } from '@ostinato/kernel';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';

const rowMemory = scratch((length) => new Float64Array(length));

/** Softmax of x - max(x) over the last axis, or its logarithm, in float64. */
export function softmax(pool: Pool, { x, out, logarithm }: SoftmaxArgs): void {
  const axis = x.shape.length - 1;
  const width = x.shape[axis]!;
  const from = pool.floats(x, 'softmax');
  const to = pool.floats(out, 'softmax');
  const [fromStride, toStride] = [x.strides[axis]!, out.strides[axis]!];
  const sources = offsetsOf(x.shape.slice(0, axis), x.strides, x.offset);
  const targets = offsetsOf(out.shape.slice(0, axis), out.strides, out.offset);
  const exponentials = rowMemory(width);
  for (let row = 0; row < sources.length; row++) {
    const source = sources[row]!;
    const target = targets[row]!;
    let largest = -Infinity;
    for (let k = 0, at = source; k < width; k++, at += fromStride) largest = Math.max(largest, from[at]!);
    let sum = 0;
    for (let k = 0, at = source; k < width; k++, at += fromStride) {
      const exponential = Math.exp(from[at]! - largest);
      exponentials[k] = exponential;
      sum += exponential;
    }
    if (logarithm) {
      const shift = Math.log(sum);
      for (let k = 0; k < width; k++)
        to[target + k * toStride] = from[source + k * fromStride]! - largest - shift;
    } else {
      for (let k = 0; k < width; k++) to[target + k * toStride] = exponentials[k]! / sum;
    }
  }
}
