import { cosineTransform } from './cosine-transform.js';
import { type MelFilters, melFilters } from './mel-filters.js';
import type { SpeechFeaturesDescription } from './options.js';
import { powerSpectrum } from './power-spectrum.js';
import { spectralWindow } from './spectral-window.js';

/** The features of single frames: logarithms of the power in bands, or their cepstrum. Nothing is allocated for a frame. */
export class FrameAnalysis {
  /** Numbers that a frame gives. */
  readonly size: number;
  /** Samples of a frame. */
  readonly frameSamples: number;
  readonly #preEmphasis: number;
  readonly #window: Float64Array;
  readonly #filters: MelFilters;
  readonly #floor: number;
  /** [size, bands], where a cepstrum is wanted. */
  readonly #cosines: Float64Array | undefined;
  readonly #input: Float64Array;
  readonly #power: Float64Array;
  readonly #bands: Float64Array;

  /** @throws DataError where a band is too narrow */
  constructor(description: SpeechFeaturesDescription) {
    const { kind, bands, coefficients, sampleRate, frameLength, fftSize, lifter } = description;
    this.size = kind === 'mfcc' ? coefficients : bands;
    this.frameSamples = Math.round(frameLength * sampleRate);
    this.#preEmphasis = description.preEmphasis;
    this.#window = spectralWindow(description.window, this.frameSamples);
    this.#filters = melFilters(description);
    this.#floor = description.floor;
    this.#cosines = kind === 'mfcc' ? cosineTransform(coefficients, bands, lifter) : undefined;
    this.#input = new Float64Array(fftSize);
    this.#power = new Float64Array(fftSize / 2 + 1);
    this.#bands = new Float64Array(bands);
  }

  /**
   * The features of the frame that begins at `samples[begin]`; the sample before it, which has to be there, takes part in
   * pre-emphasis.
   *
   * @param into [size]
   */
  analyze(samples: Float32Array, begin: number, into: Float32Array): void {
    const [input, window, emphasis] = [this.#input, this.#window, this.#preEmphasis];
    for (let n = 0; n < window.length; n++) {
      const sample = samples[begin + n] as number;
      input[n] = (sample - emphasis * (samples[begin + n - 1] as number)) * (window[n] as number);
    }
    powerSpectrum(input, this.#power);
    this.#sumBands();
    if (this.#cosines) this.#transform(this.#cosines, into);
    else into.set(this.#bands);
  }

  /** ln of the power in each band. */
  #sumBands(): void {
    const { first, counts, weights } = this.#filters;
    const power = this.#power;
    let at = 0;
    for (let band = 0; band < first.length; band++) {
      const count = counts[band] as number;
      const bin = first[band] as number;
      let sum = 0;
      for (let index = 0; index < count; index++)
        sum += (weights[at + index] as number) * (power[bin + index] as number);
      at += count;
      this.#bands[band] = Math.log(Math.max(sum, this.#floor));
    }
  }

  #transform(cosines: Float64Array, into: Float32Array): void {
    const bands = this.#bands;
    for (let k = 0; k < this.size; k++) {
      let sum = 0;
      for (let n = 0; n < bands.length; n++)
        sum += (cosines[k * bands.length + n] as number) * (bands[n] as number);
      into[k] = sum;
    }
  }
}
