import { binaryCrossEntropy } from '@ostinato/losses';
import type { Tensor } from '@ostinato/tensor';
import type { LongLagBatch } from './task.js';

/** Cross entropy of saying of each symbol whether it may follow, at the real steps. Outputs are logits `[B, T, symbols]`. */
export function symbolLoss(outputs: Tensor, { targets, lengths }: LongLagBatch): Tensor {
  return binaryCrossEntropy(outputs, targets, { lengths });
}
