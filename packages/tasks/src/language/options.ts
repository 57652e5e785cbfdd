import { OstinatoError } from '@ostinato/kernel';
import { type LanguageCell, languageCells } from './cells.js';

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
export interface LanguageTraining {
  readonly epochs: number;
  /** Parts of the text that are read side by side. */
  readonly batch: number;
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
  /** Start of everything random, a whole number. */
  readonly seed: number;
}

/** Everything about a language model that can be chosen. */
export type LanguageSettings = LanguageShape & LanguageTraining;

/** What to choose differently from the defaults. */
export type LanguageOptions = {
  readonly [Name in keyof LanguageSettings]?: LanguageSettings[Name] | undefined;
};

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

const wholeFromOne = ['hidden', 'layers', 'minCount', 'epochs', 'batch', 'steps'] as const;
const positive = ['rate', 'clip', 'init'] as const;

/** Fills in the defaults. Throws OstinatoError that names a setting outside its range. */
export function completeLanguageOptions(options: LanguageOptions): LanguageSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: LanguageSettings = { ...languageDefaults, ...given };
  const demand = (holds: boolean, name: keyof LanguageSettings, wanted: string): void => {
    if (!holds) throw new OstinatoError(`language model: ${name} must be ${wanted}, got ${all[name]}`);
  };
  for (const name of wholeFromOne)
    demand(Number.isInteger(all[name]) && all[name] >= 1, name, 'a whole number from 1');
  for (const name of positive) demand(all[name] > 0 && Number.isFinite(all[name]), name, 'a positive number');
  demand(all.cell in languageCells, 'cell', `one of ${Object.keys(languageCells).join(', ')}`);
  demand(languageSchedules.includes(all.schedule), 'schedule', `one of ${languageSchedules.join(', ')}`);
  demand(all.dropout >= 0 && all.dropout < 1, 'dropout', 'in [0, 1)');
  demand(all.decay > 0 && all.decay < 1, 'decay', 'between 0 and 1');
  demand(Number.isInteger(all.fullRate) && all.fullRate >= 0, 'fullRate', 'a whole number from 0');
  demand(
    Number.isInteger(all.seed) && all.seed >= 0 && all.seed < 2 ** 32,
    'seed',
    'a whole number from 0 to 2^32 - 1',
  );
  return all;
}
