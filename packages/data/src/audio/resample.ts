import { DataError } from '../errors.js';
import { type AudioClip, assertSampleRate } from './clip.js';

/** What may pass, as a part of the lower of the two Nyquist frequencies: what is below comes through unchanged. */
const PASS = 0.9;

/** How far what is above that Nyquist frequency is pushed down, in dB. */
const ATTENUATION = 80;

/** The parameter of Kaiser's window for that attenuation (Kaiser 1974; Oppenheim & Schafer, "Discrete-Time Signal Processing", 7.5.3). */
const KAISER_BETA = 0.1102 * (ATTENUATION - 8.7);

/** Periods of the lower rate on each side of the window, by Kaiser's formula for the transition from PASS to 1. */
const HALF_WIDTH = Math.ceil((ATTENUATION - 7.95) / (2.285 * Math.PI * (1 - PASS)) / 2);

/** The most weights that a filter may have, 128 MiB. */
const MOST_WEIGHTS = 2 ** 25;

/**
 * Changes the sample rate of a recording: band-limited interpolation with a sinc under a Kaiser window, a polyphase filter. Up to 0.9 of
 * the lower Nyquist frequency nothing changes by more than 0.1 %; what has no place at the new rate, and mirror images, are 80 dB
 * down. Nothing is shifted in time, and before and after the recording is silence.
 *
 * @returns ceil(length · new rate / old rate) samples; the clip itself where the rate is right already
 * @throws DataError for a rate that is not a whole number from 1
 */
export function resample(clip: AudioClip, sampleRate: number): AudioClip {
  assertSampleRate('resample', sampleRate);
  if (clip.sampleRate === sampleRate) return clip;
  const resampler = new Resampler(clip.sampleRate, sampleRate);
  const first = resampler.push(clip.samples);
  const last = resampler.end();
  const samples = new Float32Array(first.length + last.length);
  samples.set(first);
  samples.set(last, first.length);
  return { samples, sampleRate };
}

/**
 * {@link resample} for a recording that comes in pieces, as from a microphone: any pieces give the same samples, bit for bit. What
 * is pushed comes out a little later, by 50 samples of the lower rate.
 *
 * @example
 * const resampler = new Resampler(48000, 16000);
 * microphone.onChunk = (samples) => use(resampler.push(samples));
 */
export class Resampler {
  /** Output sample n lies at input sample n · step / phases. */
  readonly #step: number;
  readonly #phases: number;
  /** Input samples on each side of an output sample that it depends on, an even number. */
  readonly #reach: number;
  /** [phases, 2 · reach] */
  readonly #filters: Float32Array;
  /** Input samples that are still needed; the first is number `#begin`. */
  #kept: Float32Array;
  #begin: number;
  #produced = 0;
  #ended = false;

  /** @throws DataError for a rate that is not a whole number from 1, and for two rates of which only huge filters make one another */
  constructor(from: number, to: number) {
    assertSampleRate('resample', from);
    assertSampleRate('resample', to);
    const divisor = greatestCommonDivisor(from, to);
    this.#step = from / divisor;
    this.#phases = to / divisor;
    // Periods of the lower rate, in input samples.
    const period = Math.max(1, from / to);
    this.#reach = 2 * Math.ceil((HALF_WIDTH * period) / 2);
    if (this.#phases * 2 * this.#reach > MOST_WEIGHTS) {
      throw new DataError(
        `resample: from ${from} to ${to} Hz takes a filter of ${this.#phases * 2 * this.#reach} weights, more than ${MOST_WEIGHTS}; ` +
          'give rates with a larger common divisor',
      );
    }
    this.#filters = polyphase(this.#phases, this.#reach, period);
    this.#kept = new Float32Array(this.#reach);
    this.#begin = -this.#reach;
  }

  /** The samples that can be told now. Throws DataError after {@link end}. */
  push(samples: Float32Array): Float32Array {
    if (this.#ended)
      throw new DataError('resample: push() after end(); make a new Resampler for each recording');
    const joined = new Float32Array(this.#kept.length + samples.length);
    joined.set(this.#kept);
    joined.set(samples, this.#kept.length);
    this.#kept = joined;
    // The last input sample that is there must be within reach.
    const known = this.#begin + joined.length;
    return this.#produce(
      Math.max(this.#produced, Math.ceil(((known - this.#reach) * this.#phases) / this.#step)),
    );
  }

  /** The rest of the samples. */
  end(): Float32Array {
    const received = this.#begin + this.#kept.length;
    const padded = new Float32Array(this.#kept.length + this.#reach);
    padded.set(this.#kept);
    this.#kept = padded;
    this.#ended = true;
    return this.#produce(Math.ceil((received * this.#phases) / this.#step));
  }

  /** Output samples up to `count` in all. */
  #produce(count: number): Float32Array {
    const [step, phases, reach, filters, kept] = [
      this.#step,
      this.#phases,
      this.#reach,
      this.#filters,
      this.#kept,
    ];
    const output = new Float32Array(count - this.#produced);
    const width = 2 * reach;
    for (let index = 0; index < output.length; index++) {
      const position = (this.#produced + index) * step;
      const whole = Math.floor(position / phases);
      const filter = (position - whole * phases) * width;
      const first = whole - reach + 1 - this.#begin;
      // Four sums do not wait for one another.
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let tap = 0; tap < width; tap += 4) {
        sum0 += (filters[filter + tap] as number) * (kept[first + tap] as number);
        sum1 += (filters[filter + tap + 1] as number) * (kept[first + tap + 1] as number);
        sum2 += (filters[filter + tap + 2] as number) * (kept[first + tap + 2] as number);
        sum3 += (filters[filter + tap + 3] as number) * (kept[first + tap + 3] as number);
      }
      output[index] = sum0 + sum1 + (sum2 + sum3);
    }
    this.#produced = count;
    const next = Math.floor((count * step) / phases) - reach + 1;
    const drop = Math.min(kept.length, Math.max(0, next - this.#begin));
    this.#kept = kept.slice(drop);
    this.#begin += drop;
    return output;
  }
}

/** [phases, 2 · reach]: the weights of the input samples around a place between two of them, for each such place. */
function polyphase(phases: number, reach: number, period: number): Float32Array {
  const filters = new Float32Array(phases * 2 * reach);
  const cutoff = (1 + PASS) / 2 / period;
  const row = new Float64Array(2 * reach);
  for (let phase = 0; phase < phases; phase++) {
    let total = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const distance = tap - reach + 1 - phase / phases;
      const value = sinc(cutoff * distance) * kaiser(distance / (HALF_WIDTH * period));
      row[tap] = value;
      total += value;
    }
    // Whatever the phase, a constant stays what it is.
    filters.set(
      row.map((value) => value / total),
      phase * row.length,
    );
  }
  return filters;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window, from -1 to 1, but for a factor. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** The modified Bessel function of the first kind and order 0, by its power series (Abramowitz & Stegun 9.6.12). */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
