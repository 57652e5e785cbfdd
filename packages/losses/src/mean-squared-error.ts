import { expr } from '@ostinato/kernel';
import type { Tensor } from '@ostinato/tensor';
import { elementwiseLoss, type Targets } from './elementwise-loss.js';
import type { LossOptions } from './reduction.js';

const squaredError = elementwiseLoss('meanSquaredError', (prediction, target) =>
  expr.square(expr.sub(prediction, target)),
);

/**
 * (prediction - target)², the mean over real elements unless `reduction` says otherwise.
 * @param predictions `[batch, time, ...]` with `lengths`, any shape without
 * @param targets the same shape
 * @throws ShapeError where shapes or lengths do not fit
 */
export function meanSquaredError(predictions: Tensor, targets: Targets, options?: LossOptions): Tensor {
  return squaredError(predictions, targets, options);
}
