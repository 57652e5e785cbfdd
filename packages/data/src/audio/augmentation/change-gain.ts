import { DataError } from '../../errors.js';
import { amplitudeOf } from '../decibel.js';

/**
 * A louder or softer copy. It is not clipped: floating point has room above full scale.
 *
 * @param decibels 6 is about twice the amplitude, -6 half
 * @throws DataError for what is not a finite number
 */
export function changeGain(samples: Float32Array, decibels: number): Float32Array {
  if (!Number.isFinite(decibels)) {
    throw new DataError(`changeGain: expected a finite number of dB, got ${decibels}`);
  }
  const factor = amplitudeOf(decibels);
  return samples.map((sample) => sample * factor);
}
