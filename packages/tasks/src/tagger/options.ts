import { OstinatoError } from '@ostinato/kernel';

/** Which recurrent network a tagger is made of. */
export type CellName = 'lstm' | 'gru' | 'elman';

/** What a tagger is built like. */
export interface TaggerShape {
  /** Recurrent network; `lstm` by default. */
  readonly cell: CellName;
  /** Units of each direction. */
  readonly hidden: number;
  /** Length of a word's learnt vector. */
  readonly embed: number;
  /** Length of the vector learnt for a word's letters, which unseen words have too; 0 leaves letters out. */
  readonly letters: number;
  /** How many buckets letter trigrams are hashed to. */
  readonly buckets: number;
  /** Bidirectional layers on top of each other. */
  readonly layers: number;
  /** Probability with which features are dropped while training. */
  readonly dropout: number;
}

/** How a tagger is trained. */
export interface TaggerTraining {
  readonly epochs: number;
  /** Sentences in a batch. */
  readonly batch: number;
  /** Learning rate of Adam at the start; it falls to 0 along a half cosine. */
  readonly rate: number;
  /** Start of everything random, a whole number. */
  readonly seed: number;
  /** A word seen n times is read as OTHER with probability wordDropout / (wordDropout + n), so that OTHER is learnt (Kiperwasser & Goldberg 2016). */
  readonly wordDropout: number;
  /** Share of the loss that the sentence's intent has, where sentences have one. */
  readonly intentWeight: number;
}

/** Everything about a tagger that can be chosen. */
export type TaggerSettings = TaggerShape & TaggerTraining;

/** What to choose differently from the defaults. */
export type TaggerOptions = { readonly [Name in keyof TaggerSettings]?: TaggerSettings[Name] | undefined };

/** The defaults, meant to be good enough that nobody needs to pass any. */
export const taggerDefaults: TaggerSettings = {
  cell: 'lstm',
  hidden: 128,
  embed: 96,
  letters: 48,
  buckets: 4096,
  layers: 1,
  dropout: 0.5,
  epochs: 25,
  batch: 32,
  rate: 6e-3,
  seed: 1,
  wordDropout: 1,
  intentWeight: 0.2,
};

const wholeFromOne = ['hidden', 'embed', 'buckets', 'layers', 'epochs', 'batch'] as const;

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeOptions(options: TaggerOptions): TaggerSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: TaggerSettings = { ...taggerDefaults, ...given };
  const demand = (holds: boolean, name: string, wanted: string): void => {
    if (!holds)
      throw new OstinatoError(`tagger: ${name} must be ${wanted}, got ${all[name as keyof typeof all]}`);
  };
  for (const name of wholeFromOne)
    demand(Number.isInteger(all[name]) && all[name] >= 1, name, 'a whole number from 1');
  demand(Number.isInteger(all.letters) && all.letters >= 0, 'letters', 'a whole number from 0');
  demand(['lstm', 'gru', 'elman'].includes(all.cell), 'cell', 'lstm, gru or elman');
  demand(all.dropout >= 0 && all.dropout < 1, 'dropout', 'in [0, 1)');
  demand(all.rate > 0 && Number.isFinite(all.rate), 'rate', 'a positive number');
  demand(
    Number.isInteger(all.seed) && all.seed >= 0 && all.seed < 2 ** 32,
    'seed',
    'a whole number from 0 to 2^32 - 1',
  );
  demand(all.wordDropout >= 0, 'wordDropout', 'at least 0');
  demand(all.intentWeight >= 0 && all.intentWeight < 1, 'intentWeight', 'in [0, 1)');
  return all;
}
