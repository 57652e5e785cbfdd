import { type AudioClip, type Frames, resample, SpeechFeatures } from '@ostinato/data';
import type { Backend } from '@ostinato/kernel';
import { tensor } from '@ostinato/tensor';
import type { SpeechBatch } from './network.js';
import type { RecognizerShape } from './options.js';

/** What a recogniser hears of recordings: frames of features, some side by side as one step. */
export class SpeechInput {
  readonly features: SpeechFeatures;
  readonly #subsampling: number;

  /** @param shape its sample rate is known */
  constructor({
    sampleRate,
    features: kind,
    bands,
    coefficients,
    deltas,
    subsampling,
    bidirectional,
  }: RecognizerShape) {
    const normalization = bidirectional ? 'utterance' : 'running';
    this.features = new SpeechFeatures({
      sampleRate,
      kind,
      bands,
      coefficients,
      deltas: deltas as 0 | 1 | 2,
      normalization,
    });
    this.#subsampling = subsampling;
  }

  /** Features of a step. */
  get size(): number {
    return this.features.size * this.#subsampling;
  }

  /** Seconds from one step to the next. */
  get secondsPerStep(): number {
    return this.features.options.frameStep * this.#subsampling;
  }

  /** Steps that so many frames make. The last may be filled up with zeros. */
  stepsOf(frames: number): number {
    return Math.ceil(frames / this.#subsampling);
  }

  /** Samples at the rate that the recogniser hears. */
  samplesOf(clip: AudioClip): Float32Array {
    const { sampleRate } = this.features.options;
    return clip.sampleRate === sampleRate ? clip.samples : resample(clip, sampleRate).samples;
  }

  /** Features of a recording. */
  framesOf(clip: AudioClip): Frames {
    return this.features.compute(this.samplesOf(clip));
  }

  /** Recordings of different lengths as one batch, filled up with zeros. */
  batch(recordings: readonly Frames[], backend: Backend): SpeechBatch {
    const lengths = recordings.map(({ count }) => this.stepsOf(count));
    const time = Math.max(...lengths);
    const shape = [recordings.length, time, this.size];
    const data = new Float32Array(recordings.length * time * this.size);
    recordings.forEach((frames, row) => {
      data.set(frames.data.subarray(0, frames.count * frames.size), row * time * this.size);
    });
    return {
      steps: tensor(data, shape, { backend }),
      lengths: tensor(Int32Array.from(lengths), [recordings.length], { backend }),
    };
  }
}
