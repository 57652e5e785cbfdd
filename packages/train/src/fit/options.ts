import type { RandomSource, Tensor } from '@ostinato/tensor';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { NamedArrays } from '../named-arrays.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ParameterSource } from '../parameters.js';
import type { ReduceOnPlateau } from '../schedules/reduce-on-plateau.js';
import type { Schedule } from '../schedules/schedule.js';
import type { WeightAverage } from '../weight-average.js';

/** What `fit` asks of a model; every `Module` has it. */
export interface TrainableModel extends ParameterSource {
  /** Switches dropout and the like on or off. */
  train(on?: boolean): unknown;
  state(): Promise<NamedArrays>;
  loadState(state: NamedArrays): void;
}

/** Numbers about a model, by name. */
export type Metrics = Readonly<Record<string, number>>;

/** What decides which epoch is the best. */
export interface Monitor {
  /** A name in the result of `evaluate`, or `loss` for the mean training loss. */
  readonly metric: string;
  /** Whether smaller or larger is better. */
  readonly mode: 'min' | 'max';
  /** By how much a better value must differ; 0 by default. */
  readonly minDelta?: number;
}

/** Where checkpoints go, and how often. One more is saved when training stops. */
export interface CheckpointOptions {
  /** Awaited before training goes on. */
  readonly save: (checkpoint: Checkpoint) => Promise<void> | void;
  /** Also within epochs, after each so many steps. */
  readonly everySteps?: number | undefined;
  /** After each so many epochs; 1 by default. */
  readonly everyEpochs?: number | undefined;
}

/** What `fit` is told. */
export interface FitOptions<Batch> {
  readonly model: TrainableModel;
  readonly optimizer: Optimizer;
  /** How often to go through the data. */
  readonly epochs: number;
  /**
   * The batches of one epoch, from 0: plain data, of which `loss` makes tensors. Always the same for the same epoch, so that
   * training can be resumed in the middle of it.
   */
  readonly batches: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;
  /** For progress; taken from the batches where they have a length. */
  readonly stepsPerEpoch?: number | undefined;
  /** The loss of a batch: one number. Runs inside `tidy`. */
  readonly loss: (batch: Batch) => Tensor;
  /** Measures the model after an epoch, with dropout switched off (and averaged weights, if there are). */
  readonly evaluate?: ((epoch: number) => Promise<Metrics> | Metrics) | undefined;
  /** What the best epoch is chosen by; its weights are in the model at the end. Without it the last weights stay. */
  readonly monitor?: Monitor | undefined;
  /** Stop after so many epochs in a row that were not better; never by default. Needs `monitor`. */
  readonly patience?: number | undefined;
  /** Sets the rate of the optimizer. A `ReduceOnPlateau` watches what `monitor` says (the loss by default). */
  readonly schedule?: Schedule | ReduceOnPlateau | undefined;
  /** Kept up to date, evaluated, and in the model at the end (`average.swap()` brings the last weights back). */
  readonly average?: WeightAverage | undefined;
  readonly checkpoint?: CheckpointOptions | undefined;
  /** A checkpoint to go on from, exactly as if training had never stopped. */
  readonly start?: Checkpoint | undefined;
  /** Stops after the step that is running, and saves a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** The source whose state is saved and restored; the default source, which dropout draws from, by default. */
  readonly random?: RandomSource | undefined;
}

/** After a step. Steps count from 1, epochs from 0. */
export interface StepEvent {
  readonly kind: 'step';
  readonly epoch: number;
  readonly epochs: number;
  /** Steps of this epoch so far. */
  readonly epochStep: number;
  readonly stepsPerEpoch: number | undefined;
  /** Updates since training began. */
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
  /** Before clipping; `undefined` where the optimizer does not compute it. */
  readonly gradientNorm: number | undefined;
  /** Seconds since `fit` was called. */
  readonly elapsed: number;
}

/** After an epoch and its evaluation. */
export interface EpochEvent {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** Mean of the losses of its steps. */
  readonly loss: number;
  /** What `evaluate` found. */
  readonly metrics: Metrics;
  /** Whether it is the best epoch so far; `undefined` without `monitor`. */
  readonly improved: boolean | undefined;
  readonly rate: number;
  readonly elapsed: number;
}

/** After a checkpoint was saved. */
export interface CheckpointEvent {
  readonly kind: 'checkpoint';
  readonly epoch: number;
  readonly step: number;
}

/** The last event. */
export interface StoppedEvent {
  readonly kind: 'stopped';
  readonly reason: 'finished' | 'patience' | 'aborted';
  /** The best monitored value, whose weights are in the model; `undefined` without `monitor`. */
  readonly best: number | undefined;
  readonly step: number;
  readonly elapsed: number;
}

/** What `fit` tells. */
export type FitEvent = StepEvent | EpochEvent | CheckpointEvent | StoppedEvent;
