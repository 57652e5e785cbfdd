import { Vocabulary } from '@ostinato/data';
import type { Checkpoint } from '@ostinato/train/inference';
import { type CommonDescription, readCommon, record, unlike } from '../shared/description.js';
import {
  completeOptions,
  earlierTaggers,
  type TaggerSettings,
  taggerDefaults,
  taggerKind,
} from './options.js';

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
  const common = readCommon(taggerKind, taggerDefaults, completeOptions, checkpoint, earlierTaggers);
  const { words, tags, intents, neighbours } = common.all;
  if (!Array.isArray(neighbours) || !neighbours.every((pair) => typeof pair === 'string')) {
    throw unlike(taggerKind, 'neighbours', 'an array of strings', neighbours);
  }
  const description = {
    settings: common.settings,
    words: Vocabulary.fromJSON(record(taggerKind, 'words', words)),
    tags: Vocabulary.fromJSON(record(taggerKind, 'tags', tags)),
    intents: intents === undefined ? undefined : Vocabulary.fromJSON(record(taggerKind, 'intents', intents)),
    neighbours,
  };
  return [description, common];
}
