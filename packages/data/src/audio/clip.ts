import { DataError } from '../errors.js';

/** A recording, or a piece of one. */
export interface AudioClip {
  /** [time], one channel, from -1 to 1. */
  readonly samples: Float32Array;
  /** Samples in a second. */
  readonly sampleRate: number;
}

/** The highest rate that anything here takes, in Hz: what is above is a damaged file, or a mistake. */
export const HIGHEST_RATE = 768_000;

/** Throws DataError, naming the function, for what is not a whole number of samples a second. */
export function assertSampleRate(where: string, sampleRate: number): void {
  if (Number.isInteger(sampleRate) && sampleRate >= 1 && sampleRate <= HIGHEST_RATE) return;
  throw new DataError(
    `${where}: a sample rate is a whole number from 1 to ${HIGHEST_RATE} Hz, got ${sampleRate}`,
  );
}
