import { Vocabulary } from '@ostinato/data';
import type { Checkpoint } from '@ostinato/train/inference';
import { type CommonDescription, readCommon, record } from '../shared/description.js';
import { completeLanguageOptions, type LanguageSettings, languageDefaults, languageKind } from './options.js';

/** All that makes a language model besides its weights. */
export interface LanguageDescription {
  readonly settings: LanguageSettings;
  readonly words: Vocabulary;
}

/**
 * Back from a checkpoint, with what it says of the training.
 * @throws CheckpointError where it is not that of a language model; other errors for settings and a vocabulary that make no sense
 */
export function readDescription(
  checkpoint: Checkpoint,
): [LanguageDescription, CommonDescription<LanguageSettings>] {
  const common = readCommon(languageKind, languageDefaults, completeLanguageOptions, checkpoint);
  const words = Vocabulary.fromJSON(record(languageKind, 'words', common.all.words));
  return [{ settings: common.settings, words }, common];
}
