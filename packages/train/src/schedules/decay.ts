import { assertSteps, halfCosine, progress, type Schedule } from './schedule.js';

/** rate · factor^⌊step / every⌋: drops by `factor` after each `every` steps. As PyTorch's `StepLR`. */
export function stepDecay(
  rate: number,
  { every, factor = 0.1 }: { every: number; factor?: number },
): Schedule {
  assertSteps('stepDecay', every, 'every');
  return (step) => rate * factor ** Math.floor(step / every);
}

/** rate · factor^(step / every): the same decay, but smooth. */
export function exponentialDecay(
  rate: number,
  { factor, every = 1 }: { factor: number; every?: number },
): Schedule {
  assertSteps('exponentialDecay', every, 'every');
  return (step) => rate * factor ** (step / every);
}

/** In a straight line from one rate to another within `steps`; it stays there. */
export function linear(from: number, to: number, steps: number): Schedule {
  assertSteps('linear', steps);
  return (step) => from + (to - from) * progress(step, steps);
}

/** Settings of `cosine`. */
export interface CosineOptions {
  /** Steps to the minimum; of the first cycle where it restarts. */
  readonly steps: number;
  /** Where it ends; 0 by default. */
  readonly minimum?: number;
  /** Begin again at the full rate after each cycle; off by default, and the rate stays at its minimum. */
  readonly restarts?: boolean;
  /** How much longer each cycle is than the one before; 1 by default. */
  readonly growth?: number;
}

/** From `rate` to a minimum along half a cosine, with warm restarts if wanted (Loshchilov & Hutter 2017, "SGDR"). */
export function cosine(
  rate: number,
  { steps, minimum = 0, restarts = false, growth = 1 }: CosineOptions,
): Schedule {
  assertSteps('cosine', steps);
  assertSteps('cosine', growth, 'growth');
  return (step) => {
    let into = step;
    let length = steps;
    while (restarts && into >= length) {
      into -= length;
      length *= growth;
    }
    return halfCosine(rate, minimum, progress(into, length));
  };
}
