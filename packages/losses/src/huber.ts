import { expr, OstinatoError } from '@ostinato/kernel';
import type { Tensor } from '@ostinato/tensor';
import { elementwiseLoss, type Targets } from './elementwise-loss.js';
import type { LossOptions } from './reduction.js';

/** What {@link huber} takes. */
export interface HuberOptions extends LossOptions {
  /** The error from which on the loss grows in a straight line; above 0, default 1. */
  readonly delta?: number | undefined;
}

const huberError = elementwiseLoss('huber', (prediction, target, delta) => {
  const error = expr.abs(expr.sub(prediction, target));
  const inner = expr.minimum(error, delta!);
  return expr.mul(inner, expr.sub(error, expr.mul(0.5, inner)));
});

/**
 * Squared near 0 and straight farther out, so that outliers do not rule (Huber 1964, "Robust estimation of a location
 * parameter"): ½ e² where e = |prediction - target| is at most δ, else δ (e - ½ δ).
 * @param predictions `[batch, time, ...]` with `lengths`, any shape without
 * @param targets the same shape
 * @throws ShapeError where shapes or lengths do not fit; OstinatoError for a delta that is not above 0
 */
export function huber(predictions: Tensor, targets: Targets, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new OstinatoError(`huber: delta must be above 0, got ${delta}`);
  return huberError(predictions, targets, options, delta);
}
