import { DataError } from '../../errors.js';
import { assertSampleRate } from '../clip.js';
import { type SpectralWindow, spectralWindows } from './spectral-window.js';

/** What {@link SpeechFeatures} are made of. Plain JSON. */
export interface SpeechFeaturesOptions {
  /** Samples in a second, of all recordings. */
  readonly sampleRate: number;
  /** Logarithms of the power in bands of equal width in mel (the default), or the cepstrum of them (MFCC). */
  readonly kind?: 'logMel' | 'mfcc';
  /** Seconds that a frame lasts; 0.025 by default. */
  readonly frameLength?: number;
  /** Seconds from the beginning of a frame to that of the next; 0.01 by default. */
  readonly frameStep?: number;
  /** Bands of the spectrum: 40 by default, 26 for MFCC. */
  readonly bands?: number;
  /** Coefficients of an MFCC, from the first, the mean of the bands, on; 13 by default. */
  readonly coefficients?: number;
  /** Whether the slope over time (1), and the slope of that (2), stand behind the numbers; 0 by default. */
  readonly deltas?: 0 | 1 | 2;
  /** Frames on each side that a slope is taken from; 2 by default. */
  readonly deltaWindow?: number;
  /** The lowest frequency of the bands in Hz; 20 by default. */
  readonly minimumFrequency?: number;
  /** The highest frequency of the bands in Hz; half of the sample rate by default. */
  readonly maximumFrequency?: number;
  /** How much of each sample is taken off the next, from 0 to 1; 0.97 by default. */
  readonly preEmphasis?: number;
  /** `hamming` by default. */
  readonly window?: SpectralWindow;
  /** Length of the Fourier transform, a power of 2; by default the smallest that holds a frame. */
  readonly fftSize?: number;
  /** The power that silence counts as, of samples from -1 to 1: below the noise of 16 bits, 1e-10, by default. */
  readonly floor?: number;
  /** Lifter of an MFCC, that of HTK is 22; 0, the default, for none. It is of no effect under a normalization. */
  readonly lifter?: number;
  /**
   * Each number less its mean, over its deviation: of the whole recording (`utterance`, the default), or of what came
   * before and now (`running`), which can be streamed; or left as it is (`none`).
   */
  readonly normalization?: 'utterance' | 'running' | 'none';
  /** Seconds that the running mean and deviation reach back; 3 by default. */
  readonly normalizationTime?: number;
}

/** {@link SpeechFeaturesOptions} with everything filled in. */
export type SpeechFeaturesDescription = Required<SpeechFeaturesOptions>;

/** Fills in what is not given. Throws DataError, naming the option, for what cannot be. */
export function describeFeatures(options: SpeechFeaturesOptions): SpeechFeaturesDescription {
  const { sampleRate, kind = 'logMel', frameLength = 0.025 } = options;
  assertSampleRate('features', sampleRate);
  oneOf('kind', kind, ['logMel', 'mfcc']);
  between('frameLength', frameLength, 2 / sampleRate, 10);
  const samples = Math.round(frameLength * sampleRate);
  const description: SpeechFeaturesDescription = {
    sampleRate,
    kind,
    frameLength,
    frameStep: options.frameStep ?? 0.01,
    bands: options.bands ?? (kind === 'mfcc' ? 26 : 40),
    coefficients: options.coefficients ?? 13,
    deltas: options.deltas ?? 0,
    deltaWindow: options.deltaWindow ?? 2,
    minimumFrequency: options.minimumFrequency ?? 20,
    maximumFrequency: options.maximumFrequency ?? sampleRate / 2,
    preEmphasis: options.preEmphasis ?? 0.97,
    window: options.window ?? 'hamming',
    fftSize: options.fftSize ?? 2 ** Math.ceil(Math.log2(samples)),
    floor: options.floor ?? 1e-10,
    lifter: options.lifter ?? 0,
    normalization: options.normalization ?? 'utterance',
    normalizationTime: options.normalizationTime ?? 3,
  };
  const { bands, coefficients, fftSize, minimumFrequency } = description;
  between('frameStep', description.frameStep, 1 / sampleRate, frameLength);
  whole('bands', bands, 1, 4096);
  if (kind === 'mfcc') whole('coefficients', coefficients, 1, bands);
  oneOf('deltas', description.deltas, [0, 1, 2]);
  whole('deltaWindow', description.deltaWindow, 1, 100);
  between('minimumFrequency', minimumFrequency, 0, sampleRate / 2);
  between('maximumFrequency', description.maximumFrequency, minimumFrequency, sampleRate / 2);
  between('preEmphasis', description.preEmphasis, 0, 1);
  oneOf('window', description.window, spectralWindows);
  if (!Number.isInteger(Math.log2(fftSize)) || fftSize < samples || fftSize > 2 ** 20) {
    throw new DataError(
      `features: fftSize must be a power of 2 that holds a frame of ${samples} samples, at most 2^20, got ${fftSize}`,
    );
  }
  between('floor', description.floor, Number.MIN_VALUE, 1);
  whole('lifter', description.lifter, 0, 1000);
  oneOf('normalization', description.normalization, ['utterance', 'running', 'none']);
  between('normalizationTime', description.normalizationTime, description.frameStep, 3600);
  return Object.freeze(description);
}

/** Checks a description that was read from a file: every option is there, and no other. Throws DataError. */
export function parseDescription(value: unknown): SpeechFeaturesDescription {
  const fail = (problem: string) =>
    new DataError(`features: ${problem}; the file is damaged, or was written by another version`);
  if (typeof value !== 'object' || value === null) throw fail(`expected an object, got ${String(value)}`);
  const given = value as Readonly<Record<string, unknown>>;
  const known = Object.keys(describeFeatures({ sampleRate: 16000 }));
  for (const name of known) if (given[name] === undefined) throw fail(`'${name}' is missing`);
  for (const name of Object.keys(given)) if (!known.includes(name)) throw fail(`nobody knows '${name}'`);
  return describeFeatures(value as SpeechFeaturesDescription);
}

function between(name: string, value: unknown, from: number, to: number): void {
  if (typeof value === 'number' && value >= from && value <= to) return;
  throw new DataError(`features: ${name} must be a number from ${from} to ${to}, got ${String(value)}`);
}

function whole(name: string, value: unknown, from: number, to: number): void {
  if (Number.isInteger(value) && (value as number) >= from && (value as number) <= to) return;
  throw new DataError(`features: ${name} must be a whole number from ${from} to ${to}, got ${String(value)}`);
}

function oneOf(name: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  throw new DataError(`features: ${name} must be ${choices.join(', ')}, got ${String(value)}`);
}
