import { DataError } from '../../errors.js';
import { resample } from '../resample.js';

/** Factors count in steps of a thousandth. */
const STEPS = 1000;

/**
 * Speech said faster, and higher by as much, or slower and lower (Ko et al. 2015, "Audio augmentation for speech recognition", take 0.9, 1 and
 * 1.1): what `resample` makes of it.
 *
 * @param factor from 0.1 to 10, rounded to three decimals: above 1 it gets shorter
 * @returns ceil(length / factor) samples; the same array where the factor is 1
 * @throws DataError for another factor
 */
export function changeSpeed(samples: Float32Array, factor: number): Float32Array {
  if (!(factor >= 0.1 && factor <= 10)) {
    throw new DataError(`changeSpeed: the factor must be a number from 0.1 to 10, got ${factor}`);
  }
  return resample({ samples, sampleRate: Math.round(factor * STEPS) }, STEPS).samples;
}
