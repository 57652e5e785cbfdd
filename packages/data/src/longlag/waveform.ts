import { assertCount } from '../assert-count.js';
import { Random } from '../random.js';

/** How many tones a waveform is made of. */
const TONES = 6;

/**
 * A sound to be learnt by heart: the task of the Clockwork RNN (Koutník et al. 2014, "A Clockwork RNN"), where a network that gets one
 * constant input has to generate 320 samples. There they were cut out of recorded music; here they follow from a seed: tones
 * from 2 to 40 periods long in the whole, equally spaced in pitch but for chance, the higher the softer, each swelling and
 * fading at its own pace.
 *
 * @param samples how many, 320 by default
 * @returns `[samples]`, from -1 to 1, the loudest sample being -1 or 1, the mean near 0
 * @throws DataError unless samples is a whole number from 2
 */
export function waveform({
  seed = 0,
  samples = 320,
}: {
  readonly seed?: number;
  readonly samples?: number;
} = {}): Float32Array {
  assertCount('waveform', 'samples', samples, 2);
  const random = new Random(seed);
  const tones = Array.from({ length: TONES }, (_, tone) => {
    const periods = 2 * 20 ** ((tone + 0.5 * random.next()) / TONES);
    return {
      periods,
      loudness: periods ** -0.5,
      phase: 2 * Math.PI * random.next(),
      swell: 0.5 + 1.5 * random.next(),
      swellPhase: 2 * Math.PI * random.next(),
    };
  });
  const values = Float64Array.from({ length: samples }, (_, sample) => {
    const at = (2 * Math.PI * sample) / samples;
    return tones.reduce((total, { periods, loudness, phase, swell, swellPhase }) => {
      const envelope = 0.6 + 0.4 * Math.sin(swell * at + swellPhase);
      return total + loudness * envelope * Math.sin(periods * at + phase);
    }, 0);
  });
  const loudest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Float32Array.from(values, (value) => value / loudest);
}
