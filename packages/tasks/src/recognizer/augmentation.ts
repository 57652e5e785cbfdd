import { addNoise, changeGain, changeSpeed, type Frames, type Random, specAugment } from '@ostinato/data';
import type { SpeechInput } from './input.js';
import type { RecognizerTraining } from './options.js';

/** Speeds lie so far apart: few different ones are quick to compute. */
const SPEED_STEP = 0.05;
/** Decibels between the loudest and the softest noise. */
const NOISE_RANGE = 25;
/** Frames, and part of the bands, that a mask covers at most. */
const MASKED_FRAMES = 8;
const MASKED_BANDS = 0.2;

/** Features of a recording as it might have been heard another time. */
export function heardAnew(
  samples: Float32Array,
  input: SpeechInput,
  { speedChange, gainChange, noiseBelow, masks }: RecognizerTraining,
  random: Random,
): Frames {
  const between = (from: number, to: number) => from + (to - from) * random.next();
  let heard = samples;
  const speeds = Math.round(speedChange / SPEED_STEP);
  if (speeds > 0) heard = changeSpeed(heard, 1 + SPEED_STEP * (random.integer(2 * speeds + 1) - speeds));
  if (gainChange > 0) heard = changeGain(heard, between(-gainChange, gainChange));
  if (noiseBelow > 0 && random.next() < 0.5) {
    heard = addNoise(heard, { signalToNoise: between(noiseBelow, noiseBelow + NOISE_RANGE) }, random);
  }
  const frames = input.normalized(input.features.compute(heard));
  if (masks === 0) return frames;
  const frequencyWidth = Math.max(1, Math.round(MASKED_BANDS * frames.size));
  const timeWidth = Math.min(MASKED_FRAMES, Math.floor(frames.count / 8));
  return specAugment(frames, { timeMasks: masks, timeWidth, frequencyMasks: masks, frequencyWidth }, random);
}
