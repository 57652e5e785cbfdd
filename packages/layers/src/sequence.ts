import { DTypeError, formatShape, ShapeError } from '@ostinato/kernel';
import { Tensor } from '@ostinato/tensor';
import { describe } from './checks.js';
import { type Lengths, lengthsTensor } from './lengths.js';
import { Module } from './module.js';

/** How a sequence is walked. */
export interface SequenceOptions<State> {
  /**
   * [batch]: how many steps of each row are real, as numbers or as an i32 tensor. Steps past them change nothing, whatever
   * they hold, and their outputs are 0. Numbers must lie in [0, time]; those of a tensor must too, but are not checked,
   * because reading them would wait for the backend (`checked(backend)` does check them).
   */
  readonly lengths?: Lengths | undefined;
  /** The state to start from, as an earlier call returned it; zeros by default. */
  readonly state?: State | undefined;
  /** Walk from each row's own end to its beginning; outputs stay in the order of time. */
  readonly reverse?: boolean | undefined;
}

/** What comes out of a sequence. */
export interface SequenceResult<State> {
  /** [batch, time, features]; of a single step [batch, features] */
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

  /**
   * One step, for streaming: the same numbers as the sequence gives. Switch to evaluation first: dropout in training would
   * draw a new mask for each step.
   * @param x [batch, in]
   * @param state from the step before; zeros by default
   * @returns output [batch, out] and the next state
   * @throws OstinatoError in layers that have to see the whole sequence
   */
  abstract step(x: Tensor, state?: State): SequenceResult<State>;
}

type Sized = Pick<SequenceLayer<unknown>, 'inputSize' | 'outputSize'>;

/** `LSTM(3, 4)`, as errors name a layer. */
export function nameOf(layer: Sized): string {
  return `${layer.constructor.name}(${layer.inputSize}, ${layer.outputSize})`;
}

/**
 * Checks what a layer is given, where the user called it.
 * @returns lengths as a tensor beside `x`
 * @throws ShapeError for a wrong shape or a length outside [0, time]; DTypeError where x is not f32 or lengths are not i32
 */
export function checkSequence(layer: Sized, x: Tensor, lengths: Lengths | undefined): Tensor | undefined {
  checkInput(layer, x, ['batch', 'time']);
  return lengths === undefined ? undefined : lengthsTensor(nameOf(layer), lengths, x);
}

/** Throws ShapeError or DTypeError unless x is f32 with the given axes and the features that the layer takes. */
export function checkInput(layer: Sized, x: Tensor, axes: readonly string[]): void {
  const wanted = `[${[...axes, layer.inputSize].join(', ')}]`;
  if (!(x instanceof Tensor)) {
    throw new ShapeError(`${nameOf(layer)}: x must be a tensor of shape ${wanted}, got ${describe(x)}`);
  }
  if (x.rank !== axes.length + 1 || x.shape.at(-1) !== layer.inputSize) {
    throw new ShapeError(`${nameOf(layer)}: x must have shape ${wanted}, got ${formatShape(x.shape)}`);
  }
  if (x.dtype !== 'f32') {
    throw new DTypeError(
      `${nameOf(layer)}: x must be f32, got ${x.dtype}; whole numbers that stand for symbols go through an Embedding first`,
    );
  }
}
