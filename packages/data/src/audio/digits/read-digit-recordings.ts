import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { kindOf } from '../../text-files.js';
import { readWav } from '../read-wav.js';
import { resample } from '../resample.js';
import type { DigitRecording } from './digit-recording.js';

/** The name of a file of the Free Spoken Digit Dataset. */
const NAME = /^(?<digit>\d)_(?<speaker>.+)_(?<index>\d+)\.wav$/;

/**
 * Reads single digits, one in each file, from a folder of `{digit}_{speaker}_{index}.wav`, as the Free Spoken Digit Dataset has them
 * (Jackson et al.), or from the folder `recordings` in it. Files that do not end in `.wav` are left alone.
 *
 * @param options.sampleRate what recordings of another rate are resampled to; 8000 by default
 * @param options.onRecording is told after each how many there are, and of how many
 * @returns the recordings in the order of their names, those that were resampled by `resampled`
 * @throws DataError where there is no such folder or file, or a name is another; and for a file that cannot be read
 */
export async function readDigitRecordings(
  folder: string,
  {
    sampleRate = 8000,
    onRecording,
  }: { readonly sampleRate?: number; readonly onRecording?: (done: number, total: number) => void } = {},
): Promise<{ recordings: DigitRecording[]; resampled: string[] }> {
  const inside = join(folder, 'recordings');
  const from = (await kindOf(inside)) === 'folder' ? inside : folder;
  if ((await kindOf(from)) !== 'folder') {
    throw new DataError(`there is no such folder; ${EXPECTED}`, { file: folder });
  }
  const names = (await readdir(from)).filter((name) => name.endsWith('.wav')).sort();
  if (names.length === 0) throw new DataError(`there is no recording in it; ${EXPECTED}`, { file: from });
  const parsed = names.map((name) => ({ name, groups: NAME.exec(name)?.groups }));
  const odd = parsed.filter(({ groups }) => !groups);
  if (odd[0]) {
    throw new DataError(
      `${odd.length} of ${names.length} recordings have other names, as '${odd[0].name}'; ${EXPECTED}, as '7_jackson_12.wav'`,
      { file: from },
    );
  }
  const recordings: DigitRecording[] = [];
  const resampled: string[] = [];
  for (const { name, groups } of parsed) {
    const { digit, speaker } = groups as { digit: string; speaker: string };
    const clip = await readWav(join(from, name));
    if (clip.sampleRate !== sampleRate) resampled.push(name);
    recordings.push({ clip: resample(clip, sampleRate), digit: Number(digit), speaker, name });
    onRecording?.(recordings.length, names.length);
  }
  return { recordings, resampled };
}

const EXPECTED = 'expected a folder of recordings called {digit}_{speaker}_{index}.wav';
