/** Models in files; needs Node. */
import { type Checkpoint, CheckpointError } from '@ostinato/train';
import { loadCheckpoint, saveCheckpoint } from '@ostinato/train/node';
import { SequenceClassifier } from './classifier/classifier.js';
import { LanguageModel } from './language/language-model.js';
import { CtcRecognizer } from './recognizer/recognizer.js';
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
 * Saves a classifier, finished or not, in one file. The file is at every moment either the old or the new one.
 * @throws CheckpointError with path and reason when it cannot be written
 */
export async function saveClassifier(classifier: SequenceClassifier, path: string): Promise<void> {
  await saveCheckpoint(path, await classifier.toCheckpoint());
}

/**
 * Loads a classifier.
 * @throws CheckpointError with path and reason when the file is missing, damaged, of a newer version, not a classifier, or one
 * whose parts do not fit each other
 */
export function loadClassifier(path: string): Promise<SequenceClassifier> {
  return load(path, SequenceClassifier.fromCheckpoint);
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

/**
 * Saves a recogniser, finished or not, in one file. The file is at every moment either the old or the new one.
 * @throws CheckpointError with path and reason when it cannot be written
 */
export async function saveRecognizer(recognizer: CtcRecognizer, path: string): Promise<void> {
  await saveCheckpoint(path, await recognizer.toCheckpoint());
}

/**
 * Loads a recogniser.
 * @throws CheckpointError with path and reason when the file is missing, damaged, of a newer version, not a recogniser, or one
 * whose parts do not fit each other
 */
export function loadRecognizer(path: string): Promise<CtcRecognizer> {
  return load(path, CtcRecognizer.fromCheckpoint);
}

async function load<Task>(path: string, from: (checkpoint: Checkpoint) => Task): Promise<Task> {
  const checkpoint = await loadCheckpoint(path);
  try {
    return from(checkpoint);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  }
}
