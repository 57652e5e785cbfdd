import { assertNumber } from '../check-options.js';

/**
 * A learning rate that changes while training goes on: the rate of an update, given how many updates (or epochs) came before.
 * Schedules are pure functions, so nothing of them has to be saved.
 */
export type Schedule = (step: number) => number;

/** The same rate always. Throws OstinatoError when it is negative. */
export function constant(rate: number): Schedule {
  assertRate('constant', rate);
  return () => rate;
}

/** A schedule over epochs as one over steps: it changes every `stepsPerEpoch` steps. */
export function byEpoch(stepsPerEpoch: number, schedule: Schedule): Schedule {
  assertSteps('byEpoch', stepsPerEpoch);
  return (step) => schedule(Math.floor(step / stepsPerEpoch));
}

/** How far `step` has come in `steps`, from 0 to 1. Step 0 is the beginning even where there are no steps. */
export function progress(step: number, steps: number): number {
  return step <= 0 ? 0 : Math.min(1, step / steps);
}

/** From `start` to `end` along half a cosine, which is flat at both ends. `at` lies in [0, 1]. */
export function halfCosine(start: number, end: number, at: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * at))) / 2;
}

/** Throws OstinatoError unless a length is a number above 0. */
export function assertSteps(schedule: string, steps: number, name = 'steps'): void {
  assertNumber(schedule, name, steps, steps > 0, 'above 0');
}

/** Throws OstinatoError unless a rate is a number, 0 or more. */
export function assertRate(schedule: string, rate: number, name = 'rate'): void {
  assertNumber(schedule, name, rate, rate >= 0, '0 or more');
}

/** Throws OstinatoError unless what a rate is multiplied by is a number above 0. */
export function assertFactor(schedule: string, factor: number, name = 'factor'): void {
  assertNumber(schedule, name, factor, factor > 0, 'above 0');
}
