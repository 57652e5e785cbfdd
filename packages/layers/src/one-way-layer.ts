import { formatShape, OstinatoError, ShapeError, sameShape } from '@ostinato/kernel';
import { expandDims, linear, project, select, Tensor, tidy, transpose } from '@ostinato/tensor';
import { describe } from './checks.js';
import { clearPadding } from './lengths.js';
import {
  checkInput,
  checkSequence,
  nameOf,
  SequenceLayer,
  type SequenceOptions,
  type SequenceResult,
} from './sequence.js';

/** Which steps of sequences are walked, and in which order. */
export interface WalkedSteps {
  /** i32 [batch]; all rows are as long as the time axis where there are none. */
  readonly lengths: Tensor | undefined;
  readonly reverse: boolean;
}

/** What a layer of one direction is given, checked and time major. */
export interface SequenceWalk<State> extends WalkedSteps {
  /** [time, batch, in] */
  readonly x: Tensor;
  readonly state: State | undefined;
}

/**
 * What layers share that walk a sequence in one direction, and so can do it step by step: what they check, and that padding changes
 * nothing. The walk itself is up to `walk`.
 */
export abstract class OneWayLayer<State> extends SequenceLayer<State> {
  /**
   * @param x [batch, time, in]
   * @returns output [batch, time, out] and the state after each row's last real step
   * @throws ShapeError or DTypeError, naming the layer, where x, lengths or state do not fit
   */
  forward(x: Tensor, options: SequenceOptions<State> = {}): SequenceResult<State> {
    return tidy(() => {
      const walk = this.begin(x, options);
      const { output, state } = this.walk(walk);
      return { output: batchMajor(output, walk.lengths), state };
    });
  }

  /**
   * One step, for streaming: the same numbers as the sequence gives. With recurrent dropout, switch to evaluation first:
   * in training each step would draw its own mask.
   * @param x [batch, in]
   * @param state from the step before; zeros by default
   * @returns output [batch, out] and the next state
   */
  step(x: Tensor, state?: State): SequenceResult<State> {
    checkInput(this, x, ['batch']);
    return tidy(() => {
      const result = this.forward(expandDims(x, 1), { state });
      return { output: select(result.output, 1, 0), state: result.state };
    });
  }

  /** Checks what `forward` was given. */
  protected begin(x: Tensor, options: SequenceOptions<State>): SequenceWalk<State> {
    const lengths = checkSequence(this, x, options.lengths);
    if (options.state !== undefined) this.checkState(options.state, x.shape[0]!);
    const { state, reverse = false } = options;
    return { x: transpose(x, [1, 0, 2]), lengths, state, reverse };
  }

  /** Throws OstinatoError or ShapeError unless a state fits the layer and the number of rows. */
  protected abstract checkState(state: unknown, batch: number): void;

  /** The walk itself: output [time, batch, out], which may hold anything in the padding, and the last state. */
  protected abstract walk(walk: SequenceWalk<State>): SequenceResult<State>;
}

/** [time, batch, features] as [batch, time, features], with 0 in the padding. */
export function batchMajor(x: Tensor, lengths: Tensor | undefined): Tensor {
  const result = transpose(x, [1, 0, 2]);
  return lengths ? clearPadding(result, lengths) : result;
}

/** x · weight + bias of the real steps of x [time, batch, in]; what lies in the padding is neither read nor worked on. */
export function projectSteps(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { lengths }: Pick<WalkedSteps, 'lengths'>,
): Tensor {
  return lengths ? project(x, weight, bias, lengths) : linear(x, weight, bias);
}

/**
 * Checks one tensor of a state.
 * @param where the layer
 * @param name what the user calls it: `state`, `state.hidden`
 * @param axes what the axes are, for the message
 * @throws OstinatoError unless it is a tensor; ShapeError unless it has the shape
 */
export function checkStateTensor(
  where: Parameters<typeof nameOf>[0],
  name: string,
  state: unknown,
  shape: readonly number[],
  axes: string,
): void {
  const wanted = `${name} must have shape ${formatShape(shape)}: ${axes}`;
  if (!(state instanceof Tensor)) {
    throw new OstinatoError(`${nameOf(where)}: ${wanted}, as a tensor; got ${describe(state)}`);
  }
  if (!sameShape(state.shape, shape)) {
    throw new ShapeError(`${nameOf(where)}: ${wanted}; got ${formatShape(state.shape)}`);
  }
}
