import { assertNumber } from '../check-options.js';
import { assertFactor, assertRate, assertSteps, halfCosine, progress, type Schedule } from './schedule.js';

/**
 * rate · factor^⌊step / every⌋: drops by `factor` after each `every` steps. As PyTorch's `StepLR`.
 * @throws OstinatoError for a negative rate, and for a factor or number of steps that is not above 0
 */
export function stepDecay(
  rate: number,
  { every, factor = 0.1 }: { every: number; factor?: number },
): Schedule {
  assertRate('stepDecay', rate);
  assertFactor('stepDecay', factor);
  assertSteps('stepDecay', every, 'every');
  return (step) => rate * factor ** Math.floor(step / every);
}

/**
 * rate · factor^(step / every): the same decay, but smooth.
 * @throws OstinatoError as `stepDecay` does
 */
export function exponentialDecay(
  rate: number,
  { factor, every = 1 }: { factor: number; every?: number },
): Schedule {
  assertRate('exponentialDecay', rate);
  assertFactor('exponentialDecay', factor);
  assertSteps('exponentialDecay', every, 'every');
  return (step) => rate * factor ** (step / every);
}

/**
 * In a straight line from one rate to another within `steps`; it stays there.
 * @throws OstinatoError for a negative rate, and for a number of steps that is not above 0
 */
export function linearSchedule(from: number, to: number, steps: number): Schedule {
  assertRate('linearSchedule', from, 'from');
  assertRate('linearSchedule', to, 'to');
  assertSteps('linearSchedule', steps);
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
  /** How many times as long each cycle is as the one before, 1 or more; 1 by default. */
  readonly growth?: number;
}

/**
 * From `rate` to a minimum along half a cosine, with warm restarts if wanted (Loshchilov & Hutter 2017, "SGDR").
 * @throws OstinatoError for a negative rate or minimum, for no steps, and for cycles that would shrink
 */
export function cosine(
  rate: number,
  { steps, minimum = 0, restarts = false, growth = 1 }: CosineOptions,
): Schedule {
  assertRate('cosine', rate);
  assertRate('cosine', minimum, 'minimum');
  assertSteps('cosine', steps);
  // Shrinking cycles would add up to a finite time, after which there is no rate.
  assertNumber('cosine', 'growth', growth, growth >= 1, '1 or more');
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
