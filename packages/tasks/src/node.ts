/** Taggers in files; needs Node. */
import { CheckpointError } from '@ostinato/train';
import { loadCheckpoint, saveCheckpoint } from '@ostinato/train/node';
import { SequenceTagger } from './tagger/tagger.js';

/**
 * Saves a tagger, finished or not, in one file. The file is at every moment either the old or the new one.
 * @throws CheckpointError with path and reason when it cannot be written
 */
export async function saveTagger(tagger: SequenceTagger, path: string): Promise<void> {
  await saveCheckpoint(path, await tagger.toCheckpoint());
}

/**
 * Loads a tagger.
 * @throws CheckpointError with path and reason when the file is missing, damaged, of a newer version, not a tagger, or one
 * whose parts do not fit each other
 */
export async function loadTagger(path: string): Promise<SequenceTagger> {
  const checkpoint = await loadCheckpoint(path);
  try {
    return SequenceTagger.fromCheckpoint(checkpoint);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  }
}
