import {
  type CellName,
  completeSettings,
  type OptionsOf,
  type WordShape,
  type WordTraining,
} from '../shared/options.js';
import type { TaskKind } from '../shared/task-kind.js';

export type { CellName };

/** What messages call a tagger. */
export const taggerKind: TaskKind = { name: 'tagger', task: 'tagger', command: 'tag' };

/** What a tagger is built like. */
export interface TaggerShape extends WordShape {
  /** Whether a conditional random field judges whole sequences of tags, in place of each tag by itself (Huang et al. 2015). */
  readonly crf: boolean;
}

/** How a tagger is trained. */
export interface TaggerTraining extends WordTraining {
  /** Share of the loss that the sentence's intent has, where sentences have one. */
  readonly intentWeight: number;
}

/** Everything about a tagger that can be chosen. */
export type TaggerSettings = TaggerShape & TaggerTraining;

/** What to choose differently from the defaults. */
export type TaggerOptions = OptionsOf<TaggerSettings>;

/** The defaults, meant to be good enough that nobody needs to pass any. */
export const taggerDefaults: TaggerSettings = {
  cell: 'lstm',
  hidden: 128,
  embed: 96,
  letters: 48,
  buckets: 4096,
  layers: 1,
  dropout: 0.5,
  crf: false,
  epochs: 25,
  batch: 32,
  rate: 6e-3,
  seed: 1,
  wordDropout: 1,
  intentWeight: 0.2,
};

/** What taggers that were saved before a setting existed are like. */
export const earlierTaggers = { crf: false } satisfies TaggerOptions;

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeOptions(options: TaggerOptions): TaggerSettings {
  return completeSettings(taggerKind, taggerDefaults, options, ({ crf, intentWeight }, demand) => {
    demand(typeof crf === 'boolean', 'crf', 'true or false');
    demand(intentWeight >= 0 && intentWeight < 1, 'intentWeight', 'in [0, 1)');
  });
}
