import type { PaddedBatch } from '@ostinato/data';
import type { LongLagBatch } from './task.js';

/** Symbols as 1-of-N vectors; zeros in the padding. */
export function oneHotBatch(
  { data, shape: [batch, time], lengths }: PaddedBatch,
  symbols: number,
  targets: LongLagBatch['targets'],
): LongLagBatch {
  const inputs = new Float32Array(batch * time * symbols);
  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < lengths[row]!; step++) {
      const at = row * time + step;
      inputs[at * symbols + data[at]!] = 1;
    }
  }
  return { inputs, shape: [batch, time, symbols], lengths, targets };
}

/** The same length for each of `count` rows. */
export function equalLengths(count: number, length: number): Int32Array {
  return new Int32Array(count).fill(length);
}

/** Sizes of parts of at most `most`, `count` together. */
export function partSizes(count: number, most: number): number[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, part) => Math.min(most, count - part * most));
}
