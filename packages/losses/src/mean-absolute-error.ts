import { expr } from '@ostinato/kernel';
import type { Tensor } from '@ostinato/tensor';
import { elementwiseLoss, type Targets } from './elementwise-loss.js';
import type { LossOptions } from './reduction.js';

const absoluteError = elementwiseLoss('meanAbsoluteError', (prediction, target) =>
  expr.abs(expr.sub(prediction, target)),
);

/**
 * |prediction - target|, the mean over real elements unless `reduction` says otherwise. Its gradient is 0 where they are equal.
 * @param predictions `[batch, time, ...]` with `lengths`, any shape without
 * @param targets the same shape
 * @throws ShapeError where shapes or lengths do not fit
 */
export function meanAbsoluteError(predictions: Tensor, targets: Targets, options?: LossOptions): Tensor {
  return absoluteError(predictions, targets, options);
}
