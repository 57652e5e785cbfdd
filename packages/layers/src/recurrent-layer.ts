import { type CellShape, formatShape, OstinatoError, ShapeError, sameShape } from '@ostinato/kernel';
import {
  expandDims,
  linear,
  type Parameter,
  project,
  type RecurrenceResult,
  reshape,
  select,
  Tensor,
  tidy,
  transpose,
} from '@ostinato/tensor';
import { checkRate, checkSizes, describe, startParameter } from './checks.js';
import { dropoutMask } from './dropout-mask.js';
import { glorotUniform, type Initializer, orthogonal, sideBySide, zero } from './init.js';
import { clearPadding } from './lengths.js';
import {
  checkInput,
  checkSequence,
  nameOf,
  SequenceLayer,
  type SequenceOptions,
  type SequenceResult,
} from './sequence.js';

/** Settings of a recurrent layer. */
export interface RecurrentOptions {
  /** Dropout of the fed-back state, in [0, 1), one mask for the whole sequence (Gal & Ghahramani 2016); 0 by default. */
  readonly recurrentDropout?: number;
  /** Whether the input projection has a bias; yes by default. */
  readonly bias?: boolean;
  /** Whether units see each other's states (R); yes by default. */
  readonly mixing?: boolean;
  /** How the input weights of each gate [in, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the recurrent weights of each gate [hidden, hidden] start; orthogonal by default. */
  readonly recurrentInit?: Initializer;
  /** How the bias [gates · hidden] starts; zeros by default. */
  readonly biasInit?: Initializer;
  /** How the cell's own parameters [parameters, hidden] start; zeros by default. */
  readonly parameterInit?: Initializer;
}

/** What a recurrent layer walks through. */
export interface Walk {
  /** [time, batch, gates, hidden]: input projections, bias included. */
  readonly x: Tensor;
  /** i32 [batch] */
  readonly lengths: Tensor | undefined;
  /** [states, batch, hidden]; zeros where there is none. */
  readonly initial: Tensor | undefined;
  readonly reverse: boolean;
}

/**
 * What recurrent layers share: their parameters, what they check, the projection of the inputs, and that padding changes
 * nothing. How the states follow from each other is up to `run`. States are one tensor [states, batch, hidden].
 */
export abstract class RecurrentLayer extends SequenceLayer<Tensor> {
  /** [in, gates · hidden] */
  readonly weight: Parameter;
  /** [hidden, gates · hidden] */
  readonly recurrentWeight: Parameter | undefined;
  /** [gates · hidden] */
  readonly bias: Parameter | undefined;
  /** [parameters, hidden] */
  readonly cellParameters: Parameter | undefined;
  readonly recurrentDropout: number;
  readonly #gates: number;
  readonly #states: number;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, or a dropout outside [0, 1) */
  constructor(
    { gates, states, parameters = 0 }: CellShape,
    readonly inputSize: number,
    readonly outputSize: number,
    options: RecurrentOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkSizes(where, { inputSize, hiddenSize: outputSize });
    const {
      weightInit = glorotUniform,
      recurrentInit = orthogonal,
      biasInit = zero,
      parameterInit = zero,
      recurrentDropout = 0,
      bias = true,
      mixing = true,
    } = options;
    checkRate(where, 'recurrentDropout', recurrentDropout);
    const width = gates * outputSize;
    const start = (name: string, init: Initializer, ...shape: number[]): Parameter =>
      startParameter(where, name, init, shape);
    this.weight = start('weightInit', sideBySide(gates, weightInit), inputSize, width);
    this.recurrentWeight = mixing
      ? start('recurrentInit', sideBySide(gates, recurrentInit), outputSize, width)
      : undefined;
    this.bias = bias ? start('biasInit', biasInit, width) : undefined;
    this.cellParameters =
      parameters > 0 ? start('parameterInit', parameterInit, parameters, outputSize) : undefined;
    this.recurrentDropout = recurrentDropout;
    this.#gates = gates;
    this.#states = states;
  }

  /**
   * @param x [batch, time, in]
   * @returns output [batch, time, hidden] and state [states, batch, hidden]
   * @throws ShapeError or DTypeError, naming the layer, where x, lengths or state do not fit
   */
  forward(x: Tensor, options: SequenceOptions<Tensor> = {}): SequenceResult<Tensor> {
    return tidy(() => {
      const lengths = checkSequence(this, x, options.lengths);
      const [batch, time] = x.shape as [number, number];
      const initial = this.#checkState(options.state, batch);
      const timeMajor = transpose(x, [1, 0, 2]);
      const projected = lengths
        ? project(timeMajor, this.weight, this.bias, lengths)
        : linear(timeMajor, this.weight, this.bias);
      const gates = reshape(projected, [time, batch, this.#gates, this.outputSize]);
      const walk = { x: gates, lengths, initial, reverse: options.reverse ?? false };
      const { output, final } = this.run(walk);
      const batchMajor = transpose(output, [1, 0, 2]);
      return { output: lengths ? clearPadding(batchMajor, lengths) : batchMajor, state: final };
    });
  }

  /**
   * One step, for streaming: the same numbers as the sequence gives. With recurrent dropout, switch to evaluation first:
   * in training each step would draw its own mask.
   * @param x [batch, in]
   * @param state [states, batch, hidden] from the step before; zeros by default
   * @returns output [batch, hidden] and the next state
   */
  step(x: Tensor, state?: Tensor): SequenceResult<Tensor> {
    checkInput(this, x, ['batch']);
    return tidy(() => {
      const result = this.forward(expandDims(x, 1), { state });
      return { output: select(result.output, 1, 0), state: result.state };
    });
  }

  /** The walk itself: output [time, batch, hidden] and the final states [states, batch, hidden]. */
  protected abstract run(walk: Walk): RecurrenceResult;

  /** [1, batch, hidden]: what the fed-back state is multiplied by; undefined where nothing is dropped. */
  protected feedbackMask({ x }: Walk): Tensor | undefined {
    if (!this.training || this.recurrentDropout === 0) return undefined;
    return dropoutMask([1, x.shape[1]!, this.outputSize], this.recurrentDropout, x.backend);
  }

  #checkState(state: unknown, batch: number): Tensor | undefined {
    if (state === undefined) return undefined;
    const shape = [this.#states, batch, this.outputSize];
    const wanted = `state must have shape ${formatShape(shape)}: states, batch, hidden`;
    if (!(state instanceof Tensor)) {
      throw new OstinatoError(`${nameOf(this)}: ${wanted}, as a tensor; got ${describe(state)}`);
    }
    if (!sameShape(state.shape, shape)) {
      throw new ShapeError(`${nameOf(this)}: ${wanted}; got ${formatShape(state.shape)}`);
    }
    return state;
  }
}
