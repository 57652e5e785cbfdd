import { waveform as drawWaveform } from '@ostinato/data';
import { meanSquaredError } from '@ostinato/losses';
import type { LongLagCell } from './cells.js';
import type { LongLagBatch, LongLagTask } from './task.js';

/**
 * Units with which networks that are compared learn about as many numbers: 918 with Clockwork's nine groups, 929 and 911 with the others. Koutník
 * et al. 2014 have up to 1000.
 */
const units: Partial<Record<LongLagCell, number>> = { clockwork: 38, elman: 29, lstm: 14 };

/** Learn a sound of T samples by heart, out of one constant input: see `waveform` of `@ostinato/data`. */
export const waveform: LongLagTask = {
  name: 'waveform',
  about: 'learn a sound of T samples by heart, out of one constant input',
  measure: 'mse',
  // One sound is one sequence; networks that are Elman's jump about at the rate that the others learn at.
  settings: (cell) => ({
    hidden: units[cell] ?? 32,
    batch: 1,
    rate: ['elman', 'irnn', 'indrnn', 'orthogonal', 'scrn'].includes(cell) ? 1e-3 : 1e-2,
    clip: 1,
    steps: 4000,
  }),
  open: ({ length = 320, seed = 1 } = {}) => {
    const samples = drawWaveform({ seed, samples: length });
    const sound: LongLagBatch = {
      inputs: new Float32Array(length).fill(1),
      shape: [1, length, 1],
      lengths: Int32Array.of(length),
      targets: samples,
    };
    return {
      length,
      lag: length,
      inputSize: 1,
      outputSize: 1,
      answers: 'every',
      baseline: varianceOf(samples),
      goal: varianceOf(samples) / 1000,
      // There is nothing but the one sound: it is learnt by heart, and the result is measured on it.
      draw: () => sound,
      tests: () => [sound],
      loss: (outputs) => meanSquaredError(outputs, samples),
      judge: (outputs) => [outputs.reduce((sum, value, at) => sum + (value - samples[at]!) ** 2, 0) / length],
    };
  },
};

/** The mean squared error of the best constant. */
function varianceOf(samples: Float32Array): number {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  return samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length;
}
