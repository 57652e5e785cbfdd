import type { RandomState } from '@ostinato/tensor';
import type { EarlyStoppingState } from '../early-stopping.js';
import type { NamedArrays } from '../named-arrays.js';
import type { OptimizerState } from '../optimizers/state.js';
import type { PlateauState } from '../schedules/reduce-on-plateau.js';
import type { WeightAverageState } from '../weight-average.js';

/** Anything that JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How far training has come. */
export interface Position {
  /** The epoch that goes on, from 0. */
  readonly epoch: number;
  /** Batches of that epoch that are done. */
  readonly batch: number;
  /** Updates made since training began. */
  readonly step: number;
}

/** What training needs to go on as if it had never been stopped, besides the weights. */
export interface TrainingState {
  readonly optimizer: OptimizerState;
  readonly random: RandomState;
  readonly position: Position;
  /** Losses of the steps of this epoch so far, for their mean. */
  readonly epochLoss: { readonly sum: number; readonly count: number };
  readonly schedule?: PlateauState | undefined;
  readonly stopping?: EarlyStoppingState | undefined;
  /** The weights of the best epoch so far. */
  readonly best?: NamedArrays | undefined;
  readonly average?: WeightAverageState | undefined;
}

/** What one file holds: a model, and if wanted the training that it is in the middle of. */
export interface Checkpoint {
  /** As `Module.state()` gives them. */
  readonly weights: NamedArrays;
  readonly training?: TrainingState | undefined;
  /** Whatever the model needs besides: sizes, vocabularies, options. */
  readonly metadata?: Json | undefined;
}
