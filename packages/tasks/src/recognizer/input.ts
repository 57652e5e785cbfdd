import { type AudioClip, type Frames, resample, SpeechFeatures } from '@ostinato/data';
import { type Backend, ShapeError } from '@ostinato/kernel';
import { tensor } from '@ostinato/tensor';
import type { SpeechBatch } from './network.js';
import type { RecognizerShape } from './options.js';
import { type FeatureStatistics, normalize, statisticsOf } from './statistics.js';

/** Recordings, from the first on, that statistics are taken from. */
const MEASURED = 300;

/** What a recogniser hears of recordings: frames of features, some side by side as one step. */
export class SpeechInput {
  readonly features: SpeechFeatures;
  readonly #subsampling: number;

  /** Of the recordings that are learnt from; undefined where each is normalised by itself. */
  readonly statistics: FeatureStatistics | undefined;

  /**
   * @param shape its sample rate is known
   * @param source what features are normalised by where recordings are read while they come in, and cannot be normalised by themselves:
   * statistics, or recordings to take them from
   */
  constructor(shape: RecognizerShape, source: FeatureStatistics | readonly AudioClip[]) {
    const { sampleRate, features: kind, bands, coefficients, deltas, subsampling, bidirectional } = shape;
    this.features = new SpeechFeatures({
      sampleRate,
      kind,
      bands,
      coefficients,
      deltas: deltas as 0 | 1 | 2,
      normalization: bidirectional ? 'utterance' : 'none',
    });
    this.#subsampling = subsampling;
    if (bidirectional) return;
    this.statistics = 'mean' in source ? source : this.#measure(source);
    if (this.statistics.mean.length === this.features.size) return;
    throw new ShapeError(
      `statistics of ${this.statistics.mean.length} features are given, but recordings have ${this.features.size}`,
    );
  }

  #measure(clips: readonly AudioClip[]): FeatureStatistics {
    const part = clips.slice(0, MEASURED).map((clip) => this.features.compute(this.samplesOf(clip)));
    return statisticsOf(part, this.features.size);
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

  /** Features of samples, whole recordings or pieces, as the network reads them. */
  normalized(frames: Frames): Frames {
    if (this.statistics) normalize(frames, this.statistics);
    return frames;
  }

  /** Features of a recording. */
  framesOf(clip: AudioClip): Frames {
    return this.normalized(this.features.compute(this.samplesOf(clip)));
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
