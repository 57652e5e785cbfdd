import { expr } from '@ostinato/kernel';
import { assertNumber } from '../check-options.js';
import type { ParameterSet } from '../parameters.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import type { UpdateRule } from './rule.js';

const { add, div, mul, sqrt, square, sub } = expr;

/** Settings of `Adam`, `AdamW` and `Nadam`. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients; 0.9 by default. */
  readonly beta1?: number | undefined;
  /** Decay of the mean of squared gradients; 0.999 by default. */
  readonly beta2?: number | undefined;
  /** Added to the root of the mean square; 1e-8 by default. */
  readonly epsilon?: number | undefined;
}

/** The three numbers of the Adam family, checked. */
export interface Betas {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Throws OstinatoError for betas outside [0, 1) or a negative epsilon. */
export function assertBetas(owner: string, { beta1, beta2, epsilon }: Betas): void {
  assertNumber(owner, 'beta1', beta1, beta1 >= 0 && beta1 < 1, 'at least 0 and below 1');
  assertNumber(owner, 'beta2', beta2, beta2 >= 0 && beta2 < 1, 'at least 0 and below 1');
  assertNumber(owner, 'epsilon', epsilon, epsilon >= 0, '0 or more');
}

/**
 * Adam: m = β1 m + (1 - β1) g; v = β2 v + (1 - β2) g²; p = p - rate · m̂ / (√v̂ + ε) with m̂ = m / (1 - β1^t) and
 * v̂ = v / (1 - β2^t). As `torch.optim.Adam` (Kingma & Ba 2015, "Adam: a method for stochastic optimization"). The rate is
 * 0.001 by default.
 */
export class Adam extends Optimizer {
  constructor(
    model: ParameterSet,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, ...options }: AdamOptions = {},
  ) {
    super(model, adamRule('Adam', { beta1, beta2, epsilon }), options, { rate: 1e-3 });
  }
}

/** The update of Adam and AdamW; `extra` makes the difference. */
export function adamRule(name: string, betas: Betas, extra: Partial<UpdateRule> = {}): UpdateRule {
  assertBetas(name, betas);
  const { beta1, beta2, epsilon } = betas;
  return {
    name,
    moments: ['mean', 'square'],
    numberCount: 6,
    numbers: (update) => [
      beta2,
      1 - beta1,
      1 - beta2,
      1 - beta1 ** update,
      Math.sqrt(1 - beta2 ** update),
      epsilon,
    ],
    build({ parameter, gradient, moments: [mean, meanSquare], rate, numbers }) {
      const [keepSquare, takeMean, takeSquare, correction1, rootCorrection2, small] = numbers;
      const nextMean = add(mean!, mul(takeMean!, sub(gradient, mean!)));
      const nextSquare = add(mul(keepSquare!, meanSquare!), mul(takeSquare!, square(gradient)));
      const denominator = add(div(sqrt(nextSquare), rootCorrection2!), small!);
      const change = mul(div(rate, correction1!), div(nextMean, denominator));
      return { parameter: sub(parameter, change), moments: [nextMean, nextSquare] };
    },
    ...extra,
  };
}
