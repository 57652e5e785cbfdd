import { type LayerNormArgs, offsetsOf } from '@ostinato/kernel';
import type { Pool } from './pool.js';

/** Layer normalisation over the last axis: the mean first, then the mean of squared deviations from it, in float64. */
export function layerNorm(pool: Pool, { x, epsilon, out, inverseDeviation }: LayerNormArgs): void {
  const axis = x.shape.length - 1;
  const width = x.shape[axis]!;
  const from = pool.floats(x, 'layerNorm');
  const to = pool.floats(out, 'layerNorm');
  const deviations = pool.floats(inverseDeviation, 'layerNorm');
  const [fromStride, toStride] = [x.strides[axis]!, out.strides[axis]!];
  const sources = offsetsOf(x.shape.slice(0, axis), x.strides, x.offset);
  const targets = offsetsOf(out.shape.slice(0, axis), out.strides, out.offset);
  const places = offsetsOf(inverseDeviation.shape, inverseDeviation.strides, inverseDeviation.offset);
  for (let row = 0; row < sources.length; row++) {
    const source = sources[row]!;
    const target = targets[row]!;
    let sum = 0;
    for (let k = 0, at = source; k < width; k++, at += fromStride) sum += from[at]!;
    const mean = sum / width;
    let squares = 0;
    for (let k = 0, at = source; k < width; k++, at += fromStride) squares += (from[at]! - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / width + epsilon);
    deviations[places[row]!] = inverse;
    for (let k = 0; k < width; k++)
      to[target + k * toStride] = (from[source + k * fromStride]! - mean) * inverse;
  }
}
