import { type AudioClip, DataError, type Utterance } from '@ostinato/data';
import { describe } from '../shared/describe.js';

/**
 * Throws DataError, naming the recording, unless each has samples and a rate.
 * @param where what the user called
 * @param nameOf what a recording is called
 */
export function checkClips(
  where: string,
  clips: readonly AudioClip[],
  nameOf: (index: number) => string = (index) => `recording ${index}`,
): void {
  if (!Array.isArray(clips)) {
    throw new DataError(`${where}: recordings must be an array, got ${describe(clips)}`);
  }
  for (const [index, clip] of clips.entries()) {
    const isClip =
      clip?.samples instanceof Float32Array && Number.isFinite(clip.sampleRate) && clip.sampleRate > 0;
    if (isClip) continue;
    throw new DataError(
      `${where}: ${nameOf(index)} must be { samples: Float32Array, sampleRate }, got ${describe(clip)}; ` +
        'decodeWav of @ostinato/data reads the bytes of a WAV file',
    );
  }
}

/** Throws DataError, naming the utterance, unless each has a recording and a transcript. */
export function checkUtterances(where: string, utterances: readonly Utterance[]): void {
  if (!Array.isArray(utterances)) {
    throw new DataError(`${where}: utterances must be an array, got ${describe(utterances)}`);
  }
  for (const [index, utterance] of utterances.entries()) {
    if (typeof utterance?.transcript === 'string') continue;
    throw new DataError(
      `${where}: utterance ${index} must be { clip, transcript }, got ${describe(utterance)}`,
    );
  }
  checkClips(
    where,
    utterances.map(({ clip }) => clip),
    (index) => nameOf(utterances[index]!, index),
  );
}

/** What messages call an utterance. */
export function nameOf({ name }: Utterance, index: number): string {
  return name ?? `utterance ${index}`;
}

/** How long all recordings last together. */
export function secondsOf(utterances: readonly Utterance[]): number {
  return utterances.reduce((sum, { clip }) => sum + clip.samples.length / clip.sampleRate, 0);
}
