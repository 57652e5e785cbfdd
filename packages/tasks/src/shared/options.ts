import { OstinatoError } from '@ostinato/kernel';
import type { TaskKind } from './task-kind.js';

/** Which recurrent network a model is made of. */
export type CellName = 'lstm' | 'gru' | 'elman';

/** What a network that reads words is built like. */
export interface WordShape {
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

/** How a model is trained. */
export interface TrainingSettings {
  readonly epochs: number;
  /** Examples in a batch. */
  readonly batch: number;
  /** Learning rate of Adam at its highest: it grows over the first tenth of the training and falls to 0 along a half cosine. */
  readonly rate: number;
  /** Start of everything random, a whole number. */
  readonly seed: number;
}

/** How a model that reads words is trained. */
export interface WordTraining extends TrainingSettings {
  /** A word seen n times is read as OTHER with probability wordDropout / (wordDropout + n), so that OTHER is learnt (Kiperwasser & Goldberg 2016). */
  readonly wordDropout: number;
}

/** What every model that reads words has. */
export type CommonSettings = WordShape & WordTraining;

/** What to choose differently from the defaults. */
export type OptionsOf<Settings> = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** Throws OstinatoError that names a setting, what it must be and what it is, unless the condition holds. */
export type Demand<Settings> = (holds: boolean, name: keyof Settings & string, wanted: string) => void;

/**
 * Fills in the defaults.
 * @param check looks at the settings that only this kind of model has
 * @throws OstinatoError that names a setting outside its range
 */
export function completeTraining<Settings extends TrainingSettings>(
  kind: TaskKind,
  defaults: Settings,
  options: OptionsOf<Settings>,
  check: (settings: Settings, demand: Demand<Settings>) => void,
): Settings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all: Settings = { ...defaults, ...given };
  const demand: Demand<Settings> = (holds, name, wanted) => {
    if (!holds) throw new OstinatoError(`${kind.name}: ${name} must be ${wanted}, got ${all[name]}`);
  };
  demandCounts(all, ['batch'], 1, demand);
  // 0 where the number of examples decides.
  demandCounts(all, ['epochs'], Math.min(1, defaults.epochs), demand);
  demand(all.rate > 0 && Number.isFinite(all.rate), 'rate', 'a positive number');
  demand(
    Number.isInteger(all.seed) && all.seed >= 0 && all.seed < 2 ** 32,
    'seed',
    'a whole number from 0 to 2^32 - 1',
  );
  check(all, demand);
  return all;
}

/** Demands whole numbers that are not less than one. */
export function demandCounts<Settings, Name extends keyof Settings & string>(
  settings: Settings,
  names: readonly Name[],
  from: number,
  demand: Demand<Settings>,
): void {
  for (const name of names) {
    const value: unknown = settings[name];
    demand(Number.isInteger(value) && (value as number) >= from, name, `a whole number from ${from}`);
  }
}

/** The recurrent networks that models are made of. */
export const cellNames: readonly CellName[] = ['lstm', 'gru', 'elman'];

/** Fills in the defaults of a model that reads words; see `completeTraining`. */
export function completeSettings<Settings extends CommonSettings>(
  kind: TaskKind,
  defaults: Settings,
  options: OptionsOf<Settings>,
  check: (settings: Settings, demand: Demand<Settings>) => void,
): Settings {
  return completeTraining(kind, defaults, options, (all, demand) => {
    demandCounts(all, ['hidden', 'embed', 'buckets', 'layers'], 1, demand);
    demandCounts(all, ['letters'], 0, demand);
    demand(cellNames.includes(all.cell), 'cell', 'lstm, gru or elman');
    demand(all.dropout >= 0 && all.dropout < 1, 'dropout', 'in [0, 1)');
    demand(all.wordDropout >= 0, 'wordDropout', 'at least 0');
    check(all, demand);
  });
}
