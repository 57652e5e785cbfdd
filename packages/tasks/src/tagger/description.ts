import { Vocabulary, type VocabularyJSON } from '@ostinato/data';
import { CheckpointError, type Json } from '@ostinato/train';
import { array, boolean, literal, number, object, optional, picklist, safeParse, string } from 'valibot';
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
});

/** As JSON, for a file. */
export function describeTagger({ settings, words, tags, intents, neighbours }: TaggerDescription): Json {
  const plain = (vocabulary: Vocabulary): VocabularyJSON => vocabulary.toJSON();
  const all = { task: 'tagger', settings, words: plain(words), tags: plain(tags), neighbours };
  return JSON.parse(JSON.stringify(intents ? { ...all, intents: plain(intents) } : all));
}

/** Back from JSON. Throws CheckpointError where it is not the description of a tagger. */
export function readDescription(json: Json | undefined): TaggerDescription {
  const result = safeParse(description, json);
  if (!result.success) {
    const issue = result.issues[0];
    const place = issue.path?.map(({ key }) => String(key)).join('.') ?? 'description';
    throw new CheckpointError(
      `this is not the model of a tagger (${place}: ${issue.message}); give a file that "ostinato tag train" wrote`,
    );
  }
  const { settings, words, tags, intents, neighbours } = result.output;
  return {
    settings: completeOptions(settings),
    words: Vocabulary.fromJSON(words),
    tags: Vocabulary.fromJSON(tags),
    intents: intents && Vocabulary.fromJSON(intents),
    neighbours,
  };
}
