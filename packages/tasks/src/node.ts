/** Tasks in files; needs Node. */
import { type Checkpoint, CheckpointError } from '@ostinato/train';
import { loadCheckpoint, saveCheckpoint } from '@ostinato/train/node';
import { LanguageModel } from './language/language-model.js';
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
export function loadTagger(path: string): Promise<SequenceTagger> {
  return load(path, SequenceTagger.fromCheckpoint);
}

/**
 * Saves a language model, finished or not, in one file. The file is at every moment either the old or the new one.
 * @throws CheckpointError with path and reason when it cannot be written
 */
export async function saveLanguageModel(model: LanguageModel, path: string): Promise<void> {
  await saveCheckpoint(path, await model.toCheckpoint());
}

/**
 * Loads a language model.
 * @throws CheckpointError with path and reason when the file is missing, damaged, of a newer version, not a language model, or one
 * whose parts do not fit each other
 */
export function loadLanguageModel(path: string): Promise<LanguageModel> {
  return load(path, LanguageModel.fromCheckpoint);
}

/** Reads a file; what is wrong with it is told with its path. */
async function load<T>(path: string, make: (checkpoint: Checkpoint) => T): Promise<T> {
  const checkpoint = await loadCheckpoint(path);
  try {
    return make(checkpoint);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  }
}
