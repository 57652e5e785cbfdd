import { DataError } from '../../errors.js';
import type { Random } from '../../random.js';
import { amplitudeOf } from '../decibel.js';
import { addWhiteNoise } from '../white-noise.js';

/**
 * A copy with white noise, as loud as the whole recording is in the mean less `signalToNoise` dB. Silence stays silence.
 *
 * @throws DataError where `signalToNoise` is not a finite number
 * @example addNoise(clip.samples, { signalToNoise: 5 + 20 * random.next() }, random)
 */
export function addNoise(
  samples: Float32Array,
  { signalToNoise }: { readonly signalToNoise: number },
  random: Random,
): Float32Array {
  if (!Number.isFinite(signalToNoise)) {
    throw new DataError(`addNoise: signalToNoise must be a finite number of dB, got ${signalToNoise}`);
  }
  const noisy = samples.slice();
  if (samples.length === 0) return noisy;
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  addWhiteNoise(noisy, Math.sqrt(power) * amplitudeOf(-signalToNoise), random);
  return noisy;
}
