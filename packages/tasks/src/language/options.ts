import { completeTraining, demandCounts, type OptionsOf, type TrainingSettings } from '../shared/options.js';
import type { TaskKind } from '../shared/task-kind.js';
import { type LanguageCell, languageCells } from './cells.js';

/** What messages call a language model. */
export const languageKind: TaskKind = { name: 'language model', task: 'language', command: 'lm' };

/** What a language model is built like. */
export interface LanguageShape {
  /** Recurrent network; `lstm` by default. */
  readonly cell: LanguageCell;
  /** Units of each layer, and length of a word's learnt vector. */
  readonly hidden: number;
  /** Layers on top of each other. */
  readonly layers: number;
  /** Probability with which features between layers are dropped while training. */
  readonly dropout: number;
  /** Words seen fewer times are read as one word that stands for all others. */
  readonly minCount: number;
}

/** How the rate of a language model falls. */
export const languageSchedules = ['epochs', 'plateau'] as const;

/** How a language model is trained. */
export interface LanguageTraining extends TrainingSettings {
  /** Steps through which gradients flow back. */
  readonly steps: number;
  /** Learning rate of gradient descent at the start. The loss is the sum over the steps, the mean over the rows. */
  readonly rate: number;
  /** What the rate is multiplied by when it falls. */
  readonly decay: number;
  /**
   * When it falls: `epochs` after each epoch from `fullRate` on (Zaremba et al. 2014), `plateau` after each epoch that did not make the
   * perplexity on the development part lower (as Mikolov et al. 2014).
   */
  readonly schedule: (typeof languageSchedules)[number];
  /** Epochs at the full rate, with `epochs`. */
  readonly fullRate: number;
  /** Limit of the norm of all gradients together. */
  readonly clip: number;
  /** All weights start uniform in [-init, init). */
  readonly init: number;
}

/** Everything about a language model that can be chosen. */
export type LanguageSettings = LanguageShape & LanguageTraining;

/** What to choose differently from the defaults. */
export type LanguageOptions = OptionsOf<LanguageSettings>;

/** The defaults: the small model of Zaremba et al. 2014, "Recurrent neural network regularization". */
export const languageDefaults: LanguageSettings = {
  cell: 'lstm',
  hidden: 200,
  layers: 2,
  dropout: 0,
  minCount: 1,
  epochs: 13,
  batch: 20,
  steps: 20,
  rate: 1,
  decay: 0.5,
  schedule: 'epochs',
  fullRate: 4,
  clip: 5,
  init: 0.1,
  seed: 1,
};

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeLanguageOptions(options: LanguageOptions): LanguageSettings {
  return completeTraining(languageKind, languageDefaults, options, (all, demand) => {
    demandCounts(all, ['hidden', 'layers', 'minCount', 'steps'], 1, demand);
    demandCounts(all, ['fullRate'], 0, demand);
    for (const name of ['clip', 'init'] as const) {
      demand(all[name] > 0 && Number.isFinite(all[name]), name, 'a positive number');
    }
    demand(all.cell in languageCells, 'cell', `one of ${Object.keys(languageCells).join(', ')}`);
    demand(languageSchedules.includes(all.schedule), 'schedule', `one of ${languageSchedules.join(', ')}`);
    demand(all.dropout >= 0 && all.dropout < 1, 'dropout', 'in [0, 1)');
    demand(all.decay > 0 && all.decay < 1, 'decay', 'between 0 and 1');
  });
}
