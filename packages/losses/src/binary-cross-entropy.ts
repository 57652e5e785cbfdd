import { type Expr, expr, formatShape, ShapeError } from '@ostinato/kernel';
import { Tensor, tensor, tidy } from '@ostinato/tensor';
import { elementwiseLoss, type Targets } from './elementwise-loss.js';
import type { LossOptions } from './reduction.js';

/** What {@link binaryCrossEntropy} takes. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /**
   * How much a positive target counts, for each label of the last axis or for all alike: above 1 raises recall, below 1
   * precision. Default 1.
   */
  readonly positiveWeight?: number | readonly number[] | Tensor | undefined;
}

/** log(1 + exp(x)). -|x| as a minimum gives the right slope at 0 too, where the logits of untrained models begin. */
const softplus = (x: Expr): Expr =>
  expr.add(expr.relu(x), expr.log(expr.add(1, expr.exp(expr.minimum(x, expr.neg(x))))));

const plain = elementwiseLoss('binaryCrossEntropy', (logit, target) =>
  expr.sub(softplus(logit), expr.mul(logit, target)),
);

const weighted = elementwiseLoss('binaryCrossEntropy', (logit, target, positiveWeight) =>
  expr.add(
    expr.mul(expr.sub(1, target), softplus(logit)),
    expr.mul(expr.mul(positiveWeight!, target), softplus(expr.neg(logit))),
  ),
);

/**
 * Cross entropy of independent yes-or-no answers, from logits: -w y log σ(x) - (1 - y) log(1 - σ(x)), computed as
 * max(x, 0) - x y + log(1 + exp(-|x|)), which neither overflows nor loses small losses of large logits.
 * @param logits `[batch, time, ...]` with `lengths`, any shape without
 * @param targets the same shape, from 0 to 1
 * @throws ShapeError where shapes, lengths or weights do not fit
 * @example binaryCrossEntropy(scores, labels, { lengths, positiveWeight: 5 })
 */
export function binaryCrossEntropy(
  logits: Tensor,
  targets: Targets,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const { positiveWeight } = options;
  if (positiveWeight === undefined) return plain(logits, targets, options);
  if (typeof positiveWeight === 'number') return weighted(logits, targets, options, positiveWeight);
  return tidy(() => {
    const labels = logits.shape.at(-1) ?? 1;
    const weights =
      positiveWeight instanceof Tensor
        ? positiveWeight
        : tensor(positiveWeight, undefined, { backend: logits.backend });
    if (weights.rank !== 1 || weights.size !== labels) {
      throw new ShapeError(
        `binaryCrossEntropy: positiveWeight must be a number or have shape [${labels}], one weight for each label of ` +
          `the last axis of ${formatShape(logits.shape)}, got ${formatShape(weights.shape)}`,
      );
    }
    return weighted(logits, targets, options, weights);
  });
}
