import { expr, OstinatoError } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, mul, sub } = expr;

/** Settings of `SGD`. The rate is 0.01 by default. */
export interface SGDOptions extends OptimizerOptions {
  /** How much of the last update goes on, at least 0 and below 1; 0 by default. */
  readonly momentum?: number | undefined;
  /** Look ahead: use the gradient where momentum is about to lead (Sutskever et al. 2013). Needs momentum; off by default. */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent: v = momentum · v + g; p = p - rate · v, or with Nesterov p - rate · (g + momentum · v).
 * As `torch.optim.SGD` (Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", with the
 * rate outside of v).
 */
export class SGD extends Optimizer {
  constructor(model: ParameterSet, { momentum = 0, nesterov = false, ...options }: SGDOptions = {}) {
    assertNumber('SGD', 'momentum', momentum, momentum >= 0 && momentum < 1, 'at least 0 and below 1');
    if (nesterov && momentum === 0) {
      throw new OstinatoError(
        'SGD: nesterov looks ahead by the momentum, which is 0; give momentum as well, 0.9 say',
      );
    }
    super(model, momentum === 0 ? plain : withMomentum(momentum, nesterov), options, { rate: 0.01 });
  }
}

const plain: UpdateRule = {
  name: 'SGD',
  moments: [],
  numberCount: 0,
  numbers: () => [],
  build: ({ parameter, gradient, rate }) => ({ parameter: sub(parameter, mul(rate, gradient)), moments: [] }),
};

function withMomentum(momentum: number, nesterov: boolean): UpdateRule {
  return {
    name: 'SGD',
    moments: ['velocity'],
    numberCount: 1,
    numbers: () => [momentum],
    build({ parameter, gradient, moments: [velocity], rate, numbers: [factor] }) {
      const next = add(mul(factor!, velocity!), gradient);
      const direction = nesterov ? add(gradient, mul(factor!, next)) : next;
      return { parameter: sub(parameter, mul(rate, direction)), moments: [next] };
    },
  };
}
