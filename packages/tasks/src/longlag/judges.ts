import type { LongLagBatch } from './task.js';

/** Squared errors of one answer `[B, 1]` a row. */
export function squaredErrors(outputs: Float32Array, { targets }: LongLagBatch): number[] {
  return Array.from(targets, (target, row) => (outputs[row]! - target) ** 2);
}

/** 1 for each row whose most likely class is not the right one, else 0. Outputs are `[B, classes]`. */
export function wrongClasses(outputs: Float32Array, { targets }: LongLagBatch): number[] {
  const classes = outputs.length / targets.length;
  return Array.from(targets, (target, row) => {
    const scores = outputs.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(Math.max(...scores)) === target ? 0 : 1;
  });
}

/** Mean cross entropy over the steps of each row, in nats. Outputs are logits `[B, T, classes]`, targets `[B, T]`. */
export function crossEntropies(
  outputs: Float32Array,
  { targets, shape: [batch, time] }: LongLagBatch,
): number[] {
  const classes = outputs.length / targets.length;
  return Array.from({ length: batch }, (_, row) => {
    let total = 0;
    for (let step = row * time; step < (row + 1) * time; step++) {
      const scores = outputs.subarray(step * classes, (step + 1) * classes);
      const most = Math.max(...scores);
      const partition = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
      total += most + Math.log(partition) - scores[targets[step]!]!;
    }
    return total / time;
  });
}

/**
 * 1 for each row in which the symbols said to follow are not, at every real step, exactly those that may; else 0. Outputs are logits
 * `[B, T, symbols]`; a symbol is said to follow where its probability is above 1/2. Targets are 1 or 0.
 */
export function wrongStrings(
  outputs: Float32Array,
  { targets, lengths, shape: [batch, time] }: LongLagBatch,
): number[] {
  const symbols = outputs.length / (batch * time);
  return Array.from({ length: batch }, (_, row) => {
    const begin = row * time * symbols;
    for (let at = begin; at < begin + lengths[row]! * symbols; at++) {
      if (outputs[at]! > 0 !== (targets[at] === 1)) return 1;
    }
    return 0;
  });
}
