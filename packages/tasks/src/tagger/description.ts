import { Vocabulary } from '@ostinato/data';
import type { Checkpoint } from '@ostinato/train/inference';
import { type CommonDescription, DescriptionReader } from '../shared/description.js';
import { completeOptions, type TaggerSettings, taggerDefaults, taggerKind } from './options.js';

/** All that makes a tagger besides its weights. */
export interface TaggerDescription {
  readonly settings: TaggerSettings;
  readonly words: Vocabulary;
  readonly tags: Vocabulary;
  readonly intents: Vocabulary | undefined;
  /** Neighbouring tags of the training data, see `neighbours`. */
  readonly neighbours: readonly string[];
}

/**
 * Back from a checkpoint, with what it says of the training.
 * @throws CheckpointError where it is not that of a tagger; other errors for settings and vocabularies that make no sense
 */
export function readDescription(
  checkpoint: Checkpoint,
): [TaggerDescription, CommonDescription<TaggerSettings>] {
  const reader = new DescriptionReader(taggerKind, taggerDefaults, completeOptions);
  const common = reader.read(checkpoint);
  const { words, tags, intents, neighbours } = common.all;
  if (!Array.isArray(neighbours) || !neighbours.every((pair) => typeof pair === 'string')) {
    throw reader.unlike('neighbours', 'an array of strings', neighbours);
  }
  const description = {
    settings: common.settings,
    words: Vocabulary.fromJSON(reader.record('words', words)),
    tags: Vocabulary.fromJSON(reader.record('tags', tags)),
    intents: intents === undefined ? undefined : Vocabulary.fromJSON(reader.record('intents', intents)),
    neighbours,
  };
  return [description, common];
}
