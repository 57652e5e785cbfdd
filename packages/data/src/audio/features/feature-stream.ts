import { DataError } from '../../errors.js';
import { Deltas } from './deltas.js';
import type { FrameAnalysis } from './frame-analysis.js';
import { FrameCollector, type Frames } from './frames.js';
import { RunningNormalization } from './normalization.js';
import type { SpeechFeaturesDescription } from './options.js';

/**
 * The features of a recording that comes in pieces: the same frames for any pieces, bit for bit. A frame comes out when its last sample
 * is there, and with deltas `deltaWindow` frames later for each slope.
 */
export class FeatureStream {
  readonly #analysis: FrameAnalysis;
  readonly #step: number;
  readonly #row: Float32Array;
  readonly #collector: FrameCollector;
  readonly #deltas: readonly Deltas[];
  readonly #first: (row: Float32Array) => void;
  /** Samples that are still needed, from the one before the next frame on; silence before the first. */
  #kept: Float32Array = new Float32Array(1);
  #ended = false;

  /** @param expected frames that there is room for at first */
  constructor(
    description: SpeechFeaturesDescription,
    analysis: FrameAnalysis,
    size: number,
    expected: number,
  ) {
    const { deltas, deltaWindow, frameStep, sampleRate, normalization, normalizationTime } = description;
    this.#analysis = analysis;
    this.#step = Math.round(frameStep * sampleRate);
    this.#row = new Float32Array(analysis.size);
    this.#collector = new FrameCollector(size, expected);
    let next = this.#collector.push;
    if (normalization === 'running') {
      next = new RunningNormalization(size, Math.round(normalizationTime / frameStep), next).push;
    }
    // The last stage is made first; each takes the slope of what the one before appended.
    const stages: Deltas[] = [];
    for (let order = deltas; order >= 1; order--) {
      const stage = new Deltas(order * analysis.size, (order - 1) * analysis.size, deltaWindow, next);
      stages.unshift(stage);
      next = stage.push;
    }
    this.#deltas = stages;
    this.#first = next;
  }

  /**
   * The frames that can be told now.
   * @param samples [time], at the sample rate of the features; any number of them
   * @throws DataError after {@link end}
   */
  push(samples: Float32Array): Frames {
    if (this.#ended)
      throw new DataError('features: push() after end(); begin a new stream for each recording');
    this.#analyze(samples);
    return this.#collector.take();
  }

  /** The frames that were waiting for others; samples that do not fill a frame are left out. Throws DataError when called twice. */
  end(): Frames {
    if (this.#ended)
      throw new DataError('features: end() after end(); begin a new stream for each recording');
    this.#ended = true;
    for (const stage of this.#deltas) stage.end();
    return this.#collector.take();
  }

  /** All frames of a whole recording, and the end. */
  finish(samples: Float32Array): Frames {
    this.#analyze(samples);
    return this.end();
  }

  #analyze(samples: Float32Array): void {
    const joined = new Float32Array(this.#kept.length + samples.length);
    joined.set(this.#kept);
    joined.set(samples, this.#kept.length);
    const { frameSamples } = this.#analysis;
    let begin = 1;
    for (; begin + frameSamples <= joined.length; begin += this.#step) {
      this.#analysis.analyze(joined, begin, this.#row);
      this.#first(this.#row);
    }
    this.#kept = joined.slice(begin - 1);
  }
}
