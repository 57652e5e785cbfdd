import { assertNumber } from '../check-options.js';
import {
  assertFactor,
  assertRate,
  assertSteps,
  constant,
  halfCosine,
  progress,
  type Schedule,
} from './schedule.js';

/**
 * Grows in a straight line for `steps` steps, then goes on with another schedule, whose steps count from 0 there.
 * @param then a rate, or the schedule that follows
 * @param steps how long it grows; step 0 has rate `from` + 1/steps of the way
 * @param from the rate below the first one; 0 by default
 * @throws OstinatoError for a negative rate, and for a number of steps that is not above 0
 */
export function warmUp(then: number | Schedule, steps: number, from = 0): Schedule {
  assertSteps('warmUp', steps);
  assertRate('warmUp', from, 'from');
  if (typeof then === 'number') assertRate('warmUp', then);
  const schedule = typeof then === 'number' ? constant(then) : then;
  const top = schedule(0);
  return (step) => (step < steps ? from + (top - from) * ((step + 1) / steps) : schedule(step - steps));
}

/** Settings of `oneCycle`. */
export interface OneCycleOptions {
  /** Steps of the whole training. */
  readonly steps: number;
  /** Part of the steps in which the rate grows, from 0 to 1; 0.3 by default. */
  readonly growing?: number;
  /** It starts at peak / startDivisor; 25 by default. */
  readonly startDivisor?: number;
  /** It ends at the start / endDivisor; 10,000 by default. */
  readonly endDivisor?: number;
}

/**
 * Up to a peak and down to almost nothing, both along half a cosine, within one training. As PyTorch's `OneCycleLR`
 * (Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates"). After the last
 * step it stays where it is.
 * @throws OstinatoError for a negative peak, for no steps, for `growing` outside [0, 1], and for divisors that are not above 0
 */
export function oneCycle(
  peak: number,
  { steps, growing = 0.3, startDivisor = 25, endDivisor = 1e4 }: OneCycleOptions,
): Schedule {
  assertRate('oneCycle', peak, 'peak');
  assertSteps('oneCycle', steps);
  assertNumber('oneCycle', 'growing', growing, growing >= 0 && growing <= 1, 'from 0 to 1');
  assertFactor('oneCycle', startDivisor, 'startDivisor');
  assertFactor('oneCycle', endDivisor, 'endDivisor');
  const start = peak / startDivisor;
  const end = start / endDivisor;
  const top = growing * steps - 1;
  const last = steps - 1;
  return (step) => {
    const at = Math.min(step, last);
    if (at < top) return halfCosine(start, peak, progress(at, top));
    return halfCosine(peak, end, progress(at - top, last - top));
  };
}
