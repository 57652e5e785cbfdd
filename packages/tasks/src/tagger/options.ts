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
export interface TaggerShape extends WordShape {}

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
  epochs: 25,
  batch: 32,
  rate: 6e-3,
  seed: 1,
  wordDropout: 1,
  intentWeight: 0.2,
};

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeOptions(options: TaggerOptions): TaggerSettings {
  return completeSettings(taggerKind, taggerDefaults, options, ({ intentWeight }, demand) => {
    demand(intentWeight >= 0 && intentWeight < 1, 'intentWeight', 'in [0, 1)');
  });
}
