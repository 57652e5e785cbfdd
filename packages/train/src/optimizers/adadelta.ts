import { expr } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, div, mul, sqrt, square, sub } = expr;

/** Settings of `Adadelta`. The rate is 1 by default. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both means of squares; 0.9 by default. */
  readonly decay?: number | undefined;
  /** Added under both roots; 1e-6 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * Scales the gradient by the ratio of the root mean squares of updates and gradients: s = ρ s + (1 - ρ) g²;
 * d = √(u + ε) / √(s + ε) · g; u = ρ u + (1 - ρ) d²; p = p - rate · d. As `torch.optim.Adadelta`
 * (Zeiler 2012, "ADADELTA: an adaptive learning rate method").
 */
export class Adadelta extends Optimizer {
  constructor(model: ParameterSet, { decay = 0.9, epsilon = 1e-6, ...options }: AdadeltaOptions = {}) {
    assertNumber('Adadelta', 'decay', decay, decay >= 0 && decay < 1, 'at least 0 and below 1');
    assertNumber('Adadelta', 'epsilon', epsilon, epsilon > 0, 'above 0');
    super(model, adadeltaRule(decay, epsilon), options, { rate: 1 });
  }
}

function adadeltaRule(decay: number, epsilon: number): UpdateRule {
  return {
    name: 'Adadelta',
    moments: ['square', 'update'],
    numberCount: 3,
    numbers: () => [decay, 1 - decay, epsilon],
    build({ parameter, gradient, moments: [meanSquare, update], rate, numbers: [keep, take, small] }) {
      const nextSquare = add(mul(keep!, meanSquare!), mul(take!, square(gradient)));
      const change = mul(div(sqrt(add(update!, small!)), sqrt(add(nextSquare, small!))), gradient);
      const nextUpdate = add(mul(keep!, update!), mul(take!, square(change)));
      return { parameter: sub(parameter, mul(rate, change)), moments: [nextSquare, nextUpdate] };
    },
  };
}
