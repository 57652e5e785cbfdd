import { Vocabulary } from '@ostinato/data';
import type { Checkpoint } from '@ostinato/train/inference';
import { type CommonDescription, readCommon, record } from '../shared/description.js';
import { type ClassifierSettings, classifierDefaults, classifierKind, completeOptions } from './options.js';

/** All that makes a classifier besides its weights. */
export interface ClassifierDescription {
  readonly settings: ClassifierSettings;
  /** What texts are made of: words or characters. */
  readonly words: Vocabulary;
  readonly labels: Vocabulary;
}

/**
 * Back from a checkpoint, with what it says of the training.
 * @throws CheckpointError where it is not that of a classifier; other errors for settings and vocabularies that make no sense
 */
export function readDescription(
  checkpoint: Checkpoint,
): [ClassifierDescription, CommonDescription<ClassifierSettings>] {
  const common = readCommon(classifierKind, classifierDefaults, completeOptions, checkpoint);
  const { words, labels } = common.all;
  const description = {
    settings: common.settings,
    words: Vocabulary.fromJSON(record(classifierKind, 'words', words)),
    labels: Vocabulary.fromJSON(record(classifierKind, 'labels', labels)),
  };
  return [description, common];
}
