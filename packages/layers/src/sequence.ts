import type { Tensor } from '@ostinato/tensor';
import { Module } from './module.js';

/** How a sequence is walked. */
export interface SequenceOptions<State> {
  /** [batch] i32: how many steps of each row are real. Steps past them change nothing, and their outputs are 0. */
  readonly lengths?: Tensor | undefined;
  /** The state to start from, as an earlier call returned it; zeros by default. */
  readonly state?: State | undefined;
  /** Walk from each row's own end to its beginning; outputs stay in the order of time. */
  readonly reverse?: boolean | undefined;
}

/** What comes out of a sequence. */
export interface SequenceResult<State> {
  /** [batch, time, features] */
  readonly output: Tensor;
  /** The state after each row's last real step. A plain value: pass it on, or `detach` it. */
  readonly state: State;
}

/** A layer that maps [batch, time, in] to [batch, time, out] and has a state. */
export abstract class SequenceLayer<State> extends Module {
  abstract readonly inputSize: number;
  abstract readonly outputSize: number;
  /** @param x [batch, time, in] */
  abstract forward(x: Tensor, options?: SequenceOptions<State>): SequenceResult<State>;
}
