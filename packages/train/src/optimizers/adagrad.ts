import { expr } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, div, mul, sqrt, square, sub } = expr;

/** Settings of `Adagrad`. The rate is 0.01 by default. */
export interface AdagradOptions extends OptimizerOptions {
  /** The rate of update t (from 1) is rate / (1 + (t - 1) · rateDecay); 0 by default. */
  readonly rateDecay?: number | undefined;
  /** What the sum of squares starts with; 0 by default. */
  readonly initialSum?: number | undefined;
  /** Added to the root; 1e-10 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * Divides the gradient by the root of the sum of all squared gradients so far: s = s + g²; p = p - rate · g / (√s + ε).
 * As `torch.optim.Adagrad` (Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization").
 */
export class Adagrad extends Optimizer {
  constructor(model: ParameterSet, given: AdagradOptions = {}) {
    const { rateDecay = 0, initialSum = 0, epsilon = 1e-10, ...options } = given;
    assertNumber('Adagrad', 'rateDecay', rateDecay, rateDecay >= 0, '0 or more');
    assertNumber('Adagrad', 'initialSum', initialSum, initialSum >= 0, '0 or more');
    assertNumber('Adagrad', 'epsilon', epsilon, epsilon >= 0, '0 or more');
    super(model, adagradRule(rateDecay, initialSum, epsilon), options, { rate: 0.01 });
  }
}

function adagradRule(rateDecay: number, initialSum: number, epsilon: number): UpdateRule {
  return {
    name: 'Adagrad',
    moments: ['sum'],
    initialMoment: initialSum,
    numberCount: 2,
    numbers: (update) => [1 / (1 + (update - 1) * rateDecay), epsilon],
    build({ parameter, gradient, moments: [sum], rate, numbers: [factor, small] }) {
      const next = add(sum!, square(gradient));
      const change = mul(mul(rate, factor!), div(gradient, add(sqrt(next), small!)));
      return { parameter: sub(parameter, change), moments: [next] };
    },
  };
}
