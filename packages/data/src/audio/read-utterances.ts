import { DataError } from '../errors.js';
import { type AudioClip, assertSampleRate } from './clip.js';
import type { ManifestEntry } from './manifest.js';
import { readManifest } from './read-manifest.js';
import { readWav } from './read-wav.js';
import { resample } from './resample.js';
import type { Utterance } from './utterance.js';

/** A recording of a manifest: its sound, what is said in it, and where it is named. */
export interface RecordedUtterance extends ManifestEntry, Utterance {}

/**
 * Reads a manifest, see `readManifest`, and all of its recordings.
 *
 * @param options.sampleRate what recordings of another rate are resampled to; left as they are where it is not given
 * @param options.onRecording is told after each how many there are, and of how many
 * @returns the utterances in the order of the manifest, and those whose rate was another, to be told about
 * @throws DataError where recordings are missing, all at once, and for the first that cannot be read
 */
export async function readUtterances(
  manifest: string,
  {
    sampleRate,
    onRecording,
  }: { readonly sampleRate?: number; readonly onRecording?: (done: number, total: number) => void } = {},
): Promise<{
  utterances: RecordedUtterance[];
  resampled: { readonly path: string; readonly sampleRate: number }[];
}> {
  if (sampleRate !== undefined) assertSampleRate('readUtterances', sampleRate);
  const entries = await readManifest(manifest);
  const utterances: RecordedUtterance[] = [];
  const resampled: { path: string; sampleRate: number }[] = [];
  for (const entry of entries) {
    const clip = await readEntry(entry);
    const rate = sampleRate ?? clip.sampleRate;
    if (clip.sampleRate !== rate) resampled.push({ path: entry.path, sampleRate: clip.sampleRate });
    utterances.push({ ...entry, clip: resample(clip, rate) });
    onRecording?.(utterances.length, entries.length);
  }
  return { utterances, resampled };
}

/** The recording of an entry. What is wrong with it is told with file and line of the manifest. */
async function readEntry({ path, file, line }: ManifestEntry): Promise<AudioClip> {
  try {
    return await readWav(path);
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(cause.message, { file, line }, { cause });
  }
}
