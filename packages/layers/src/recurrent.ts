import { type CellProgram, defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import {
  concat,
  defaultRandom,
  expandDims,
  linear,
  mapTensors,
  mul,
  Parameter,
  type RecurrenceResult,
  recurrence,
  reshape,
  select,
  slice,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '@ostinato/tensor';
import { glorotUniform, type Initializer, orthogonal, sideBySide, zero } from './init.js';
import { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';
import { withStateDropout } from './state-dropout.js';

/** Settings of a recurrent layer. */
export interface RecurrentOptions {
  /** Dropout of the fed-back state, one mask for the whole sequence (Gal & Ghahramani 2016); 0 by default. */
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

/** 0 at steps past a row's length; the coordinate along axis 1 is the time. */
const realSteps = defineProgram({ inputs: 2 }, ({ x }) => [
  expr.select(expr.less(expr.coordinate(1), x[1]!), x[0]!, 0),
]);

/**
 * Any cell over whole sequences. States are one tensor [states, batch, hidden], in the cell's order (LSTM: h, c).
 *
 * @example
 * const leaky = defineCell({ gates: 1, states: 1 }, ({ x, r, s }) => [
 *   expr.add(expr.mul(0.9, s[0]), expr.mul(0.1, expr.tanh(expr.add(x[0], r[0])))),
 * ]);
 * const { output } = new Recurrent(leaky, 8, 16).forward(x, { lengths });
 */
export class Recurrent extends SequenceLayer<Tensor> {
  /** [in, gates · hidden] */
  readonly weight: Parameter;
  /** [hidden, gates · hidden] */
  readonly recurrentWeight: Parameter | undefined;
  /** [gates · hidden] */
  readonly bias: Parameter | undefined;
  /** [parameters, hidden] */
  readonly cellParameters: Parameter | undefined;
  readonly recurrentDropout: number;

  constructor(
    readonly cell: CellProgram,
    readonly inputSize: number,
    readonly outputSize: number,
    options: RecurrentOptions = {},
  ) {
    super();
    const {
      weightInit = glorotUniform,
      recurrentInit = orthogonal,
      biasInit = zero,
      parameterInit = zero,
    } = options;
    const { gates, parameters } = cell;
    const width = gates * outputSize;
    const parameter = (init: Initializer, shape: number[]): Parameter =>
      new Parameter(tensor(init(shape), shape));
    this.weight = parameter(sideBySide(gates, weightInit), [inputSize, width]);
    this.recurrentWeight =
      options.mixing === false ? undefined : parameter(sideBySide(gates, recurrentInit), [outputSize, width]);
    this.bias = options.bias === false ? undefined : parameter(biasInit, [width]);
    this.cellParameters = parameters > 0 ? parameter(parameterInit, [parameters, outputSize]) : undefined;
    this.recurrentDropout = options.recurrentDropout ?? 0;
  }

  /**
   * @param x [batch, time, in]
   * @returns output [batch, time, hidden] and state [states, batch, hidden]
   */
  forward(x: Tensor, options: SequenceOptions<Tensor> = {}): SequenceResult<Tensor> {
    const where = `${this.constructor.name}(${this.inputSize}, ${this.outputSize})`;
    if (x.rank !== 3 || x.shape[2] !== this.inputSize) {
      throw new ShapeError(
        `${where}: x must have shape [batch, time, ${this.inputSize}], got ${formatShape(x.shape)}`,
      );
    }
    const [batch, time] = x.shape as [number, number, number];
    const { lengths, state, reverse } = options;
    if (lengths && (lengths.rank !== 1 || lengths.shape[0] !== batch)) {
      throw new ShapeError(
        `${where}: lengths must have shape [${batch}], one for each row, got ${formatShape(lengths.shape)}`,
      );
    }
    const projected = linear(transpose(x, [1, 0, 2]), this.weight, this.bias);
    const gates = reshape(projected, [time, batch, this.cell.gates, this.outputSize]);
    const { output, final } = this.run({ x: gates, lengths, initial: state, reverse });
    const batchFirst = transpose(output, [1, 0, 2]);
    if (!lengths) return { output: batchFirst, state: final };
    return {
      output: mapTensors('real steps', realSteps, [batchFirst, reshape(lengths, [batch, 1, 1])]),
      state: final,
    };
  }

  /**
   * One step, for streaming: the same numbers as the sequence gives.
   * @param x [batch, in]
   * @param state [states, batch, hidden] from the step before; zeros by default
   * @returns output [batch, hidden] and the next state
   */
  step(x: Tensor, state?: Tensor): SequenceResult<Tensor> {
    const result = this.forward(expandDims(x, 1), { state });
    return { output: select(result.output, 1, 0), state: result.state };
  }

  /** The recurrence itself: x [time, batch, gates, hidden] to output [time, batch, hidden] and the final states. */
  protected run(inputs: {
    x: Tensor;
    lengths: Tensor | undefined;
    initial: Tensor | undefined;
    reverse: boolean | undefined;
  }): RecurrenceResult {
    const { cell, outputSize: hidden, recurrentWeight } = this;
    const R = recurrentWeight && reshape(recurrentWeight, [hidden, cell.gates, hidden]);
    const common = { ...inputs, R, parameters: this.cellParameters };
    if (!this.training || this.recurrentDropout === 0) return recurrence({ cell, ...common });
    const { backend, shape } = inputs.x;
    const batch = shape[1]!;
    const keep = 1 - this.recurrentDropout;
    const mask = mul(defaultRandom().bernoulli([1, batch, hidden], keep, backend), 1 / keep);
    const start = inputs.initial ?? zeros([cell.states, batch, hidden], { backend });
    const initial = concat([mul(slice(start, 0, 0, 1), mask), start, mask], 0);
    const { output, final } = recurrence({ ...common, cell: withStateDropout(cell), initial });
    return { output, final: slice(final, 0, 1, cell.states + 1) };
  }
}
