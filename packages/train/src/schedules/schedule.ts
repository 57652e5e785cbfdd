import { OstinatoError } from '@ostinato/kernel';

/**
 * A learning rate that changes while training goes on: the rate of an update, given how many updates (or epochs) came before.
 * Schedules are pure functions, so nothing of them has to be saved.
 */
export type Schedule = (step: number) => number;

/** The same rate always. */
export function constant(rate: number): Schedule {
  return () => rate;
}

/** A schedule over epochs as one over steps: it changes every `stepsPerEpoch` steps. */
export function byEpoch(stepsPerEpoch: number, schedule: Schedule): Schedule {
  assertSteps('byEpoch', stepsPerEpoch);
  return (step) => schedule(Math.floor(step / stepsPerEpoch));
}

/** How far `step` has come in `steps`, from 0 to 1. */
export function progress(step: number, steps: number): number {
  return Math.min(1, Math.max(0, step / steps));
}

/** From `start` to `end` along half a cosine, which is flat at both ends. `at` lies in [0, 1]. */
export function halfCosine(start: number, end: number, at: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * at))) / 2;
}

/** Throws OstinatoError unless a length is above 0. */
export function assertSteps(schedule: string, steps: number, name = 'steps'): void {
  if (steps > 0) return;
  throw new OstinatoError(`${schedule}: ${name} must be above 0, got ${steps}`);
}
