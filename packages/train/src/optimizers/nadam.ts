import { expr } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { type AdamOptions, assertBetas, type Betas } from './adam.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, div, mul, sqrt, square, sub } = expr;

/** Settings of `Nadam`. The rate is 0.002 by default. */
export interface NadamOptions extends AdamOptions, OptimizerOptions {
  /** How fast the momentum grows towards β1; 0.004 by default. */
  readonly momentumDecay?: number | undefined;
}

/**
 * Adam with Nesterov's momentum: μ_t = β1 (1 - 0.96^(t·ψ) / 2), M_t = Π μ, and
 * p = p - rate · [(1 - μ_t) / (1 - M_t) · g + μ_{t+1} / (1 - M_t μ_{t+1}) · m] / (√v̂ + ε). As `torch.optim.NAdam`
 * (Dozat 2016, "Incorporating Nesterov momentum into Adam").
 */
export class Nadam extends Optimizer {
  constructor(model: ParameterSet, given: NadamOptions = {}) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, momentumDecay = 0.004, ...options } = given;
    assertBetas('Nadam', { beta1, beta2, epsilon });
    assertNumber('Nadam', 'momentumDecay', momentumDecay, momentumDecay >= 0, '0 or more');
    super(model, nadamRule({ beta1, beta2, epsilon }, momentumDecay), options, { rate: 2e-3 });
  }
}

function nadamRule({ beta1, beta2, epsilon }: Betas, momentumDecay: number): UpdateRule {
  const momentum = (update: number): number => beta1 * (1 - 0.5 * 0.96 ** (update * momentumDecay));
  return {
    name: 'Nadam',
    moments: ['mean', 'square'],
    numberCount: 7,
    numbers(update, counters) {
      const now = momentum(update);
      const next = momentum(update + 1);
      const product = (counters.momentumProduct ?? 1) * now;
      counters.momentumProduct = product;
      const weights = [(1 - now) / (1 - product), next / (1 - product * next)];
      return [beta2, 1 - beta1, 1 - beta2, 1 - beta2 ** update, epsilon, ...weights];
    },
    build({ parameter, gradient, moments: [mean, meanSquare], rate, numbers }) {
      const [keepSquare, takeMean, takeSquare, correction2, small, gradientWeight, meanWeight] = numbers;
      const nextMean = add(mean!, mul(takeMean!, sub(gradient, mean!)));
      const nextSquare = add(mul(keepSquare!, meanSquare!), mul(takeSquare!, square(gradient)));
      const denominator = add(sqrt(div(nextSquare, correction2!)), small!);
      const direction = add(mul(gradientWeight!, gradient), mul(meanWeight!, nextMean));
      return {
        parameter: sub(parameter, mul(rate, div(direction, denominator))),
        moments: [nextMean, nextSquare],
      };
    },
  };
}
