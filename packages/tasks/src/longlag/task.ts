import type { Digits } from '@ostinato/data';
import type { Tensor } from '@ostinato/tensor';
import type { LongLagCell } from './cells.js';

/** What a task is measured by: less is better. `error` is the part of the sequences that was answered wrongly. */
export type LongLagMeasure = 'mse' | 'error' | 'crossEntropy';

/** How a network for a task is built and trained. */
export interface LongLagSettings {
  /** Units of the recurrent layer. */
  readonly hidden: number;
  /** Sequences in a step. */
  readonly batch: number;
  /** Learning rate of Adam at the start; it falls to a tenth along half a cosine. */
  readonly rate: number;
  /** Limit of the norm of all gradients together. */
  readonly clip: number;
  /** Steps after which training ends, solved or not. */
  readonly steps: number;
}

/** Sequences of a task, as plain numbers. */
export interface LongLagBatch {
  /** `[B, T, in]` */
  readonly inputs: Float32Array;
  readonly shape: readonly [batch: number, time: number, inputs: number];
  /** `[B]`: real steps of each row. */
  readonly lengths: Int32Array;
  /** What is asked for, as the task's `loss` and `judge` take it. */
  readonly targets: Float32Array | Int32Array;
}

/** What a task is opened with. */
export interface LongLagOptions {
  /** T, in the task's own sense; each has a default. */
  readonly length?: number | undefined;
  /** Of everything random; 1 by default. */
  readonly seed?: number | undefined;
  /** Images, for the task that needs some. */
  readonly digits?: Digits | undefined;
}

/** A task of a certain length. */
export interface LongLagProblem {
  readonly length: number;
  /** Steps over which something has to be remembered, about; `Infinity` where that has no end. */
  readonly lag: number;
  readonly inputSize: number;
  readonly outputSize: number;
  /** Whether an answer is wanted at the last real step of each row only, or at every step. */
  readonly answers: 'last' | 'every';
  /** The measure of who remembers nothing. */
  readonly baseline: number;
  /** Training ends where the measure on sequences that it does not learn from is no higher than this. */
  readonly goal: number;
  /** The sequences of a training step, always the same for the same step. */
  draw(step: number, count: number): LongLagBatch;
  /** Sequences to measure on, in parts: some to watch training, others for the result. */
  tests(part: 'watch' | 'final'): LongLagBatch[];
  /**
   * @param outputs `[B, out]` where `answers` is last, else `[B, T, out]`
   */
  loss(outputs: Tensor, batch: LongLagBatch): Tensor;
  /** The measure of each row `[B]`; its mean over all rows is that of the task. */
  judge(outputs: Float32Array, batch: LongLagBatch): ArrayLike<number>;
  /** What else is told about the rows of all parts of a test, in their order. */
  details?(measures: readonly number[]): Readonly<Record<string, number>>;
}

/** A task: what is generated, what a network answers, how it is judged, and how it is trained. */
export interface LongLagTask {
  readonly name: string;
  /** In one line. */
  readonly about: string;
  readonly measure: LongLagMeasure;
  /** Whether it is opened with images. */
  readonly needsDigits?: boolean;
  /** Good settings for a cell. */
  settings(cell: LongLagCell, length: number): LongLagSettings;
  /** Throws DataError for a length or seed that cannot be. */
  open(options?: LongLagOptions): LongLagProblem;
}
