import { expr } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, div, maximum, mul, sqrt, square, sub } = expr;

/** Settings of `RMSProp`. The rate is 0.01 by default. */
export interface RMSPropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients; 0.99 by default. */
  readonly decay?: number | undefined;
  /** Added to the root; 1e-8 by default. */
  readonly epsilon?: number | undefined;
  /** How much of the last update goes on, at least 0 and below 1; 0 by default. */
  readonly momentum?: number | undefined;
  /** Divide by the deviation instead of the root mean square (Graves 2013). Off by default. */
  readonly centered?: boolean | undefined;
}

/**
 * Divides the gradient by a running root mean square: s = α s + (1 - α) g²; p = p - rate · g / (√s + ε); centered with
 * √(s - mean(g)²); with momentum b = momentum · b + g / (√s + ε), p = p - rate · b. As `torch.optim.RMSprop`
 * (Tieleman & Hinton 2012, Coursera lecture 6.5).
 */
export class RMSProp extends Optimizer {
  constructor(model: ParameterSet, given: RMSPropOptions = {}) {
    const { decay = 0.99, epsilon = 1e-8, momentum = 0, centered = false, ...options } = given;
    assertNumber('RMSProp', 'decay', decay, decay >= 0 && decay < 1, 'at least 0 and below 1');
    assertNumber('RMSProp', 'epsilon', epsilon, epsilon >= 0, '0 or more');
    assertNumber('RMSProp', 'momentum', momentum, momentum >= 0 && momentum < 1, 'at least 0 and below 1');
    super(model, rmspropRule({ decay, epsilon, momentum, centered }), options, { rate: 0.01 });
  }
}

function rmspropRule(settings: {
  decay: number;
  epsilon: number;
  momentum: number;
  centered: boolean;
}): UpdateRule {
  const { decay, epsilon, momentum, centered } = settings;
  const moments = ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['velocity'] : [])];
  return {
    name: 'RMSProp',
    moments,
    numberCount: 4,
    numbers: () => [decay, 1 - decay, epsilon, momentum],
    build({ parameter, gradient, moments: before, rate, numbers: [keep, take, small, factor] }) {
      const moment = (name: string): expr.Expr => before[moments.indexOf(name)]!;
      const nextSquare = add(mul(keep!, moment('square')), mul(take!, square(gradient)));
      const next = [nextSquare];
      let variance: expr.Expr = nextSquare;
      if (centered) {
        const nextMean = add(moment('mean'), mul(take!, sub(gradient, moment('mean'))));
        next.push(nextMean);
        // Rounding can bring the difference just below 0.
        variance = maximum(0, sub(nextSquare, square(nextMean)));
      }
      let direction = div(gradient, add(sqrt(variance), small!));
      if (momentum > 0) {
        direction = add(mul(factor!, moment('velocity')), direction);
        next.push(direction);
      }
      return { parameter: sub(parameter, mul(rate, direction)), moments: next };
    },
  };
}
