import { DataError } from '../../errors.js';
import { FeatureStream } from './feature-stream.js';
import { FrameAnalysis } from './frame-analysis.js';
import type { Frames } from './frames.js';
import { normalizeUtterance } from './normalization.js';
import {
  describeFeatures,
  parseDescription,
  type SpeechFeaturesDescription,
  type SpeechFeaturesOptions,
} from './options.js';

/**
 * Turns sound into frames of numbers for a network: the power of the spectrum in bands as wide as the ear hears them (log-mel), or the
 * cepstrum of it (MFCC; Davis & Mermelstein 1980).
 *
 * Frames lie wholly within the recording, the first at its beginning; what does not fill a frame at its end is left out, and a recording
 * shorter than a frame has none. Each sample less 0.97 of the one before is multiplied by the window and transformed; the power is
 * summed in triangular bands of HTK's mel scale; then comes the natural logarithm and, for MFCC, the orthonormal cosine transform.
 *
 * @example
 * const features = new SpeechFeatures({ sampleRate: 16000, kind: 'mfcc', deltas: 2 });
 * const { data, count, size } = features.compute(clip.samples);   // [count, size = 39]
 */
export class SpeechFeatures {
  /** All options, those not given filled in: plain JSON, from which the same features can be made again. */
  readonly options: SpeechFeaturesDescription;
  /** Numbers in a frame. */
  readonly size: number;
  readonly #analysis: FrameAnalysis;

  /** @throws DataError, naming the option, for what cannot be, and where a band is too narrow to hold a bin of the spectrum */
  constructor(options: SpeechFeaturesOptions) {
    this.options = describeFeatures(options);
    this.#analysis = new FrameAnalysis(this.options);
    this.size = this.#analysis.size * (1 + this.options.deltas);
  }

  /**
   * The features that a file describes, see {@link options}.
   * @throws DataError where an option is missing, unknown or out of range
   */
  static fromJSON(json: unknown): SpeechFeatures {
    return new SpeechFeatures(parseDescription(json));
  }

  /** {@link options}, for {@link fromJSON}. */
  toJSON(): SpeechFeaturesDescription {
    return this.options;
  }

  /** How many frames so many samples give. */
  frameCount(samples: number): number {
    const { frameStep, sampleRate } = this.options;
    const rest = samples - this.#analysis.frameSamples;
    return rest < 0 ? 0 : 1 + Math.floor(rest / Math.round(frameStep * sampleRate));
  }

  /**
   * The frames of a whole recording.
   * @param samples [time], from -1 to 1, at the sample rate of the features
   * @returns [count, size]; none where the recording is shorter than a frame
   */
  compute(samples: Float32Array): Frames {
    const frames = this.#stream(this.frameCount(samples.length)).finish(samples);
    if (this.options.normalization === 'utterance') normalizeUtterance(frames);
    return frames;
  }

  /**
   * The frames of a recording that comes in pieces: what {@link compute} gives for all of it, bit for bit.
   * @throws DataError for normalization `utterance`, which needs the whole recording
   * @example
   * const stream = features.stream();
   * microphone.onChunk = (samples) => use(stream.push(samples));
   */
  stream(): FeatureStream {
    if (this.options.normalization === 'utterance') {
      throw new DataError(
        "features: normalization 'utterance' needs the whole recording, so it cannot be streamed; make features (and train) " +
          "with 'running' or 'none'",
      );
    }
    return this.#stream(8);
  }

  #stream(expected: number): FeatureStream {
    return new FeatureStream(this.options, this.#analysis, this.size, expected);
  }
}
