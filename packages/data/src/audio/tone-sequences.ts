import { assertCount } from '../assert-count.js';
import { DataError } from '../errors.js';
import { Random } from '../random.js';
import { assertSampleRate } from './clip.js';
import { amplitudeOf } from './decibel.js';
import type { Utterance } from './utterance.js';
import { addWhiteNoise } from './white-noise.js';

/** Utterances in three parts, none of which has one of another. */
export interface ToneSequences {
  readonly train: Utterance[];
  readonly dev: Utterance[];
  readonly test: Utterance[];
}

/** What {@link toneSequences} makes. Durations are those at speed 1. */
export interface ToneSequencesOptions {
  /** 0 by default. */
  readonly seed?: number;
  /** How many utterances each part has; 1000, 100 and 200 by default. */
  readonly train?: number;
  readonly dev?: number;
  readonly test?: number;
  /** The symbols that are sent, out of 0 to 9, A to D, * and #; all 16 by default. */
  readonly symbols?: string;
  /** Samples in a second, from 4000; 8000 by default. */
  readonly sampleRate?: number;
  /** The fewest and the most symbols of an utterance; 1 and 8 by default. */
  readonly length?: readonly [fewest: number, most: number];
  /** How much louder a tone is than the noise, in dB: each utterance draws one between; [10, 30] by default. */
  readonly signalToNoise?: readonly [least: number, most: number];
}

/** The symbols of the keypad, row by row. */
const KEYPAD = '123A456B789C*0#D';

/** Frequencies in Hz of the rows and columns of the keypad (ITU-T Recommendation Q.23). */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;

/** Seconds. */
const TONE = [0.05, 0.12] as const;
const GAP = [0.01, 0.06] as const;
/** Between two equal symbols, so that a frame of 25 ms fits in: without it nobody could tell two from a long one. */
const GAP_OF_EQUALS = [0.04, 0.08] as const;
const MARGIN = [0.02, 0.1] as const;
/** A tone fades in and out, so that it does not click. */
const FADE = 0.003;

/** How often two different symbols follow without a gap. */
const WITHOUT_GAP = 0.3;

/** An utterance is as fast as this, times the durations above. */
const SPEED = [0.8, 1.25] as const;

/** Amplitude of each of the two tones of a symbol, and how much louder than the other one may be, in dB. */
const LEVEL = [-26, -12] as const;
const TWIST = 4;

/**
 * Sequences of symbols in dual tones, as telephones dial (DTMF, ITU-T Q.23), made of a seed: recognising them is speech recognition in
 * small, for which nothing has to be loaded. Number, speed, level, phases and durations of the tones vary, and so does the white noise over
 * all of it. Different symbols may follow without a gap; between equal ones there is always one. The same seed gives the same
 * utterances, and their number in one part changes no other.
 *
 * @returns transcripts are the symbols without blanks, as `'40A'`
 * @throws DataError where an option is out of range
 * @example const { train, dev } = toneSequences({ seed: 1, symbols: '0123456789' });
 */
export function toneSequences(options: ToneSequencesOptions = {}): ToneSequences {
  const { seed = 0, train = 1000, dev = 100, test = 200 } = options;
  assertCount('toneSequences', 'train', train, 0);
  assertCount('toneSequences', 'dev', dev, 0);
  assertCount('toneSequences', 'test', test, 0);
  const settings = settle(options);
  const part = (number: number, count: number): Utterance[] =>
    Array.from({ length: count }, (_, index) => utterance(new Random(seed, number, index), settings));
  return { train: part(0, train), dev: part(1, dev), test: part(2, test) };
}

type Settings = Required<Omit<ToneSequencesOptions, 'seed' | 'train' | 'dev' | 'test'>>;

function settle({
  symbols = KEYPAD,
  sampleRate = 8000,
  length = [1, 8],
  signalToNoise = [10, 30],
}: ToneSequencesOptions): Settings {
  assertSampleRate('toneSequences', sampleRate);
  if (sampleRate < 4000) {
    throw new DataError(
      `toneSequences: the tones reach up to 1633 Hz, so sampleRate must be 4000 or more, got ${sampleRate}`,
    );
  }
  const unknown = [...symbols].find((symbol) => !KEYPAD.includes(symbol));
  if (unknown !== undefined || symbols === '' || new Set(symbols).size < symbols.length) {
    throw new DataError(
      `toneSequences: symbols must be one or more of ${[...KEYPAD].sort().join('')}, each once, got '${symbols}'`,
    );
  }
  assertCount('toneSequences', 'length', length[0], 1);
  assertCount('toneSequences', 'length', length[1], length[0]);
  if (
    !(Number.isFinite(signalToNoise[0]) && signalToNoise[1] >= signalToNoise[0] && signalToNoise[1] < 200)
  ) {
    throw new DataError(
      `toneSequences: signalToNoise must be two numbers of dB, the lower first, below 200, got [${signalToNoise.join(', ')}]`,
    );
  }
  return { symbols, sampleRate, length, signalToNoise };
}

/** A tone pair: what sounds, and from which sample to which. */
interface Tone {
  readonly symbol: string;
  readonly begin: number;
  readonly end: number;
}

function utterance(random: Random, { symbols, sampleRate, length, signalToNoise }: Settings): Utterance {
  const count = length[0] + random.integer(length[1] - length[0] + 1);
  const letters = Array.from({ length: count }, () => random.choice([...symbols]));
  const speed = between(random, SPEED);
  const seconds = (range: readonly [number, number]) =>
    Math.round((between(random, range) * sampleRate) / speed);
  // The gap of equals has to hold a frame at every speed.
  const equals = () => Math.round(between(random, GAP_OF_EQUALS) * sampleRate);

  const tones: Tone[] = [];
  let time = seconds(MARGIN);
  letters.forEach((symbol, index) => {
    if (index > 0) {
      if (symbol === letters[index - 1]) time += equals();
      else if (random.next() >= WITHOUT_GAP) time += seconds(GAP);
    }
    const end = time + seconds(TONE);
    tones.push({ symbol, begin: time, end });
    time = end;
  });
  const samples = new Float32Array(time + seconds(MARGIN));

  const level = between(random, LEVEL);
  for (const tone of tones) addTone(samples, tone, level, sampleRate, random);
  // The power of two tones of amplitude a is a².
  addWhiteNoise(samples, amplitudeOf(level - between(random, signalToNoise)), random);
  return { clip: { samples, sampleRate }, transcript: letters.join('') };
}

/** Adds two sines; each rotates by a constant angle from sample to sample. */
function addTone(
  samples: Float32Array,
  { symbol, begin, end }: Tone,
  level: number,
  sampleRate: number,
  random: Random,
): void {
  const key = KEYPAD.indexOf(symbol);
  const twist = between(random, [-TWIST / 2, TWIST / 2]);
  const fade = Math.max(1, Math.round(FADE * sampleRate));
  for (const [frequency, decibels] of [
    [ROWS[Math.floor(key / 4)] as number, level + twist],
    [COLUMNS[key % 4] as number, level - twist],
  ] as const) {
    const amplitude = amplitudeOf(decibels);
    const phase = 2 * Math.PI * random.next();
    const angle = (2 * Math.PI * frequency) / sampleRate;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    let [x, y] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
    for (let time = begin; time < end; time++) {
      const envelope = Math.min(1, (time - begin + 0.5) / fade, (end - time - 0.5) / fade);
      samples[time] = (samples[time] as number) + envelope * y;
      [x, y] = [x * cosine - y * sine, x * sine + y * cosine];
    }
  }
}

function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.next();
}
