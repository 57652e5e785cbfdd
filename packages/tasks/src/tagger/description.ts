import { Vocabulary } from '@ostinato/data';
import { BackendError, isOstinatoError } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError } from '@ostinato/train';
import {
  array,
  boolean,
  integer,
  literal,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  safeParse,
  string,
} from 'valibot';
import { completeOptions, type TaggerSettings } from './options.js';

/** All that makes a tagger besides its weights. */
export interface TaggerDescription {
  readonly settings: TaggerSettings;
  readonly words: Vocabulary;
  readonly tags: Vocabulary;
  readonly intents: Vocabulary | undefined;
  /** Neighbouring tags of the training data, see `neighbours`. */
  readonly neighbours: readonly string[];
}

const vocabulary = object({
  padding: boolean(),
  other: boolean(),
  tokens: array(string()),
  counts: array(number()),
});

const settings = object({
  cell: picklist(['lstm', 'gru', 'elman']),
  hidden: number(),
  embed: number(),
  letters: number(),
  buckets: number(),
  layers: number(),
  dropout: number(),
  epochs: number(),
  batch: number(),
  rate: number(),
  seed: number(),
  wordDropout: number(),
  intentWeight: number(),
});

const description = object({
  task: literal('tagger'),
  settings,
  words: vocabulary,
  tags: vocabulary,
  intents: optional(vocabulary),
  neighbours: array(string()),
  epoch: optional(pipe(number(), integer(), minValue(0))),
  fingerprint: optional(number()),
});

/**
 * Back from a checkpoint, with the number of epochs that were trained and the fingerprint of the sentences.
 * @throws CheckpointError where it is not that of a tagger; other errors for settings and vocabularies that make no sense
 */
export function readDescription({
  metadata,
  training,
}: Checkpoint): [TaggerDescription, epoch: number, fingerprint: number | undefined] {
  const result = safeParse(description, metadata);
  if (!result.success) {
    const issue = result.issues[0];
    const place = issue.path?.map(({ key }) => String(key)).join('.') ?? 'description';
    throw new CheckpointError(
      `this is not the model of a tagger (${place}: ${issue.message}); give a file that "ostinato tag train" wrote`,
    );
  }
  const { settings, words, tags, intents, neighbours, epoch, fingerprint } = result.output;
  const found = {
    settings: completeOptions(settings),
    words: Vocabulary.fromJSON(words),
    tags: Vocabulary.fromJSON(tags),
    intents: intents && Vocabulary.fromJSON(intents),
    neighbours,
  };
  return [found, training?.position.epoch ?? epoch ?? found.settings.epochs, fingerprint];
}

/** Runs `read`; what it finds wrong with a checkpoint becomes a CheckpointError. */
export function readingCheckpoint<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ownFault = isOstinatoError(error) && !(error instanceof BackendError);
    if (!ownFault || error instanceof CheckpointError) throw error;
    throw new CheckpointError(
      `this model of a tagger contradicts itself (${error.message}); load an undamaged copy, or train again`,
      { cause: error },
    );
  }
}
