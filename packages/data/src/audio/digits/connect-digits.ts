import { assertCount } from '../../assert-count.js';
import { DataError } from '../../errors.js';
import type { Random } from '../../random.js';
import { amplitudeOf } from '../decibel.js';
import type { Utterance } from '../utterance.js';
import { addWhiteNoise } from '../white-noise.js';
import { type DigitRecording, digitWords } from './digit-recording.js';

/** How {@link connectDigits} joins recordings. */
export interface ConnectDigitsOptions {
  /** How many strings. */
  readonly count: number;
  /** The fewest and the most digits of a string; 1 and 7 by default. */
  readonly digits?: readonly [fewest: number, most: number];
  /** The shortest and the longest gap in seconds, between digits and at both ends; 0.02 and 0.3 by default. */
  readonly gap?: readonly [shortest: number, longest: number];
  /** Seconds in which each recording fades in and out, so that it does not click; 0.005 by default. */
  readonly fade?: number;
  /** White noise under the whole string, in dB of full scale, so that gaps are not quieter than any room; -60 by default. */
  readonly background?: number;
}

/** Several digits of one speaker. */
export interface DigitString extends Utterance {
  readonly speaker: string;
  /** The names of the recordings in it. */
  readonly recordings: readonly string[];
}

/**
 * Makes recordings of connected digits out of single ones: a speaker, a number of digits, which digits, which recordings of them and the gaps
 * between them are drawn, each equally likely.
 *
 * @returns `count` strings, each made when it is taken; transcripts are words: `three one four`
 * @throws DataError where there are no recordings, their sample rates differ, one is no digit, or an option is out of range
 */
export function connectDigits(
  recordings: readonly DigitRecording[],
  options: ConnectDigitsOptions,
  random: Random,
): Iterable<DigitString> {
  const { count, digits = [1, 7], gap = [0.02, 0.3], fade = 0.005, background = -60 } = options;
  assertCount('connectDigits', 'count', count, 0);
  assertCount('connectDigits', 'digits', digits[0], 1);
  assertCount('connectDigits', 'digits', digits[1], digits[0]);
  if (!(gap[0] >= 0 && gap[1] >= gap[0] && gap[1] <= 60)) {
    throw new DataError(
      `connectDigits: gap must be two numbers of seconds from 0 to 60, the shorter first, got [${gap.join(', ')}]`,
    );
  }
  if (!(fade >= 0 && fade <= 1))
    throw new DataError(`connectDigits: fade must be from 0 to 1 second, got ${fade}`);
  if (!(background <= 0)) {
    throw new DataError(
      `connectDigits: background must be at most 0 dB (-Infinity for none), got ${background}`,
    );
  }
  const sampleRate = commonRate(recordings);
  const speakers = bySpeaker(recordings);
  const names = [...speakers.keys()];
  const silence = () => Math.round((gap[0] + (gap[1] - gap[0]) * random.next()) * sampleRate);

  const draw = (): DigitString => {
    const speaker = random.choice(names);
    const spoken = speakers.get(speaker) as DigitRecording[][];
    const length = digits[0] + random.integer(digits[1] - digits[0] + 1);
    const chosen = Array.from({ length }, () => random.choice(random.choice(spoken)));
    const gaps = Array.from({ length: length + 1 }, silence);
    const samples = join(chosen, gaps, fade * sampleRate);
    addWhiteNoise(samples, amplitudeOf(background), random);
    return {
      clip: { samples, sampleRate },
      transcript: chosen.map(({ digit }) => digitWords[digit]).join(' '),
      speaker,
      recordings: chosen.map(({ name }) => name),
    };
  };
  return (function* () {
    for (let made = 0; made < count; made++) yield draw();
  })();
}

/** A gap of so many samples before each recording, and one behind the last. */
function join(recordings: readonly DigitRecording[], gaps: readonly number[], fade: number): Float32Array {
  const length = recordings.reduce((sum, { clip }) => sum + clip.samples.length, 0);
  const joined = new Float32Array(gaps.reduce((sum, gap) => sum + gap, length));
  let begin = 0;
  recordings.forEach(({ clip: { samples } }, index) => {
    begin += gaps[index] as number;
    samples.forEach((sample, time) => {
      const envelope = fade > 0 ? Math.min(1, (time + 0.5) / fade, (samples.length - time - 0.5) / fade) : 1;
      joined[begin + time] = sample * envelope;
    });
    begin += samples.length;
  });
  return joined;
}

function commonRate(recordings: readonly DigitRecording[]): number {
  const [first] = recordings;
  if (!first) throw new DataError('connectDigits: there are no recordings; give at least one');
  for (const { clip, name, digit } of recordings) {
    if (clip.sampleRate !== first.clip.sampleRate) {
      throw new DataError(
        `connectDigits: ${name} has ${clip.sampleRate} samples a second, but ${first.name} has ${first.clip.sampleRate}; ` +
          'resample() them to one rate',
      );
    }
    if (digitWords[digit] === undefined)
      throw new DataError(`connectDigits: ${name} is of the digit ${digit}, expected 0 to 9`);
  }
  return first.clip.sampleRate;
}

/** For each speaker the recordings of each digit that there are some of. */
function bySpeaker(recordings: readonly DigitRecording[]): Map<string, DigitRecording[][]> {
  const speakers = new Map<string, DigitRecording[][]>();
  for (const recording of recordings) {
    const digits = speakers.get(recording.speaker) ?? digitWords.map(() => []);
    speakers.set(recording.speaker, digits);
    (digits[recording.digit] as DigitRecording[]).push(recording);
  }
  for (const [speaker, digits] of speakers)
    speakers.set(
      speaker,
      digits.filter((some) => some.length > 0),
    );
  return speakers;
}
