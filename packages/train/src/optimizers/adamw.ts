import type { ParameterSet } from '../parameters.js';
import { type AdamOptions, adamRule } from './adam.js';
import { Optimizer } from './optimizer.js';

/**
 * Adam with decoupled weight decay: p = p · (1 - rate · weightDecay) first, then the step of Adam. As
 * `torch.optim.AdamW` (Loshchilov & Hutter 2019, "Decoupled weight decay regularization"). The rate is 0.001 and the weight
 * decay 0.01 by default.
 */
export class AdamW extends Optimizer {
  constructor(
    model: ParameterSet,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, ...options }: AdamOptions = {},
  ) {
    const rule = adamRule('AdamW', { beta1, beta2, epsilon }, { decoupledDecay: true });
    super(model, rule, options, { rate: 1e-3, weightDecay: 0.01 });
  }
}
