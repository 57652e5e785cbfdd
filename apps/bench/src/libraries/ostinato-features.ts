import type { Frames } from 'ostinato';
import type { FeaturesProblem } from '../cases/problem.js';
import { runOf } from '../measure/timing.js';
import type { Workload } from './library.js';

/** The features of a whole recording, computed in JavaScript whatever the backend. */
export function featuresWorkload(
  { SpeechFeatures }: typeof import('ostinato'),
  { task, samples }: FeaturesProblem,
): Workload {
  const features = new SpeechFeatures({
    sampleRate: task.sampleRate,
    ...(task.features === 'mfcc' ? { kind: 'mfcc', deltas: 2 } : { kind: 'logMel' }),
  });
  let frames: Frames | undefined;
  return {
    run: runOf(() => {
      frames = features.compute(samples);
    }),
    results: async () => ({ output: (frames ?? features.compute(samples)).data }),
    dispose() {},
  };
}
