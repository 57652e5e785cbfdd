import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertCount } from '../../assert-count.js';
import { DataError } from '../../errors.js';
import { Random } from '../../random.js';
import { kindOf } from '../../text-files.js';
import { writeFileAtomic } from '../../write-file-atomic.js';
import { writeWav } from '../write-wav.js';
import { type ConnectDigitsOptions, connectDigits } from './connect-digits.js';
import type { DigitRecording } from './digit-recording.js';
import { readDigitRecordings } from './read-digit-recordings.js';
import { splitRecordings } from './split-recordings.js';

/** A part of a data set of digit strings: the name of its manifest and of its folder. */
export type DigitStringPart = 'train' | 'dev' | 'heldout';

/** What {@link writeDigitStrings} makes of what. */
export interface WriteDigitStringsOptions extends Omit<ConnectDigitsOptions, 'count'> {
  /** The folder with the single digits, see `readDigitRecordings`. */
  readonly from: string;
  /** The folder that the strings go to; made where it is missing. It must hold none of the manifests. */
  readonly out: string;
  /** 0 by default. */
  readonly seed?: number;
  /** How many strings to train on; 2000 by default. */
  readonly count?: number;
  /** How many strings for dev, and how many of speakers who are held out; 200 each by default. */
  readonly devCount?: number;
  readonly heldOutCount?: number;
  /** The share of the recordings of each digit of each speaker that go to dev; 0.1 by default. */
  readonly devShare?: number;
  /** Speakers whom neither training nor dev hears; none by default. */
  readonly holdOutSpeakers?: readonly string[];
  /** 8000 by default; recordings of another rate are resampled. */
  readonly sampleRate?: number;
  /** Is told what is going on: after each recording that is read, and each string that is written. */
  readonly onProgress?: (progress: DigitStringsProgress) => void;
}

/** How far {@link writeDigitStrings} is. */
export interface DigitStringsProgress {
  readonly doing: 'reading' | DigitStringPart;
  readonly done: number;
  readonly total: number;
}

/** A part that {@link writeDigitStrings} has written. */
export interface WrittenDigitStrings {
  readonly part: DigitStringPart;
  /** The path of its manifest. */
  readonly manifest: string;
  readonly strings: number;
  readonly seconds: number;
  /** How many recordings it is made of, and who spoke them. */
  readonly recordings: number;
  readonly speakers: readonly string[];
}

/** What {@link writeDigitStrings} has written. */
export interface DigitStringsSummary {
  readonly parts: readonly WrittenDigitStrings[];
  /** Names of the recordings whose sample rate was another, and which were resampled. */
  readonly resampled: readonly string[];
}

/**
 * Makes a data set of connected digits out of single ones: `train.tsv`, `dev.tsv` and, where speakers are held out, `heldout.tsv`, with WAV
 * files of 16 bits in folders called the same. Recordings are split before they are joined, so that none is in two parts. The same seed
 * and recordings give the same files. Manifests are written after all that they name.
 *
 * @throws DataError where recordings are missing or damaged, a speaker is unknown, an option is out of range, or there is a manifest
 * already; and what the file system throws where `out` cannot be made
 */
export async function writeDigitStrings(options: WriteDigitStringsOptions): Promise<DigitStringsSummary> {
  const { from, out, seed = 0, count = 2000, devCount = 200, heldOutCount = 200, onProgress } = options;
  assertCount('writeDigitStrings', 'count', count, 1);
  assertCount('writeDigitStrings', 'devCount', devCount, 1);
  assertCount('writeDigitStrings', 'heldOutCount', heldOutCount, 1);
  await assertNew(out);
  const { recordings, resampled } = await readDigitRecordings(from, {
    ...(options.sampleRate !== undefined && { sampleRate: options.sampleRate }),
    onRecording: (done, total) => onProgress?.({ doing: 'reading', done, total }),
  });
  const split = splitRecordings(recordings, options);

  const random = (stream: number) => new Random(seed, stream);
  const made = [
    await writePart('train', split.train, count, random(1), options),
    await writePart('dev', split.dev, devCount, random(2), options),
  ];
  if (split.heldOut.length > 0) {
    made.push(await writePart('heldout', split.heldOut, heldOutCount, random(3), options));
  }
  for (const { written, lines } of made) await writeFileAtomic(written.manifest, lines.join(''));
  return { parts: made.map(({ written }) => written), resampled };
}

/** Writes the recordings of a part; its manifest, as lines, is written when all parts are there. */
async function writePart(
  part: DigitStringPart,
  recordings: readonly DigitRecording[],
  total: number,
  random: Random,
  options: WriteDigitStringsOptions,
): Promise<{ written: WrittenDigitStrings; lines: string[] }> {
  await mkdir(join(options.out, part), { recursive: true });
  const digits = String(total).length;
  const lines: string[] = [];
  let seconds = 0;
  for (const { clip, transcript } of connectDigits(recordings, { ...options, count: total }, random)) {
    const path = `${part}/${String(lines.length + 1).padStart(digits, '0')}.wav`;
    await writeWav(join(options.out, path), clip);
    lines.push(`${path}\t${transcript}\n`);
    seconds += clip.samples.length / clip.sampleRate;
    options.onProgress?.({ doing: part, done: lines.length, total });
  }
  const speakers = [...new Set(recordings.map(({ speaker }) => speaker))].sort();
  const manifest = join(options.out, `${part}.tsv`);
  return {
    written: { part, manifest, strings: total, seconds, recordings: recordings.length, speakers },
    lines,
  };
}

async function assertNew(out: string): Promise<void> {
  for (const name of ['train.tsv', 'dev.tsv', 'heldout.tsv']) {
    if ((await kindOf(join(out, name))) !== 'missing') {
      throw new DataError(`there is a ${name} already; give another folder, or remove that one`, {
        file: out,
      });
    }
  }
}
