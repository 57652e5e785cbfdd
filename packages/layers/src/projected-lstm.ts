import type { CellProgram } from '@ostinato/kernel';
import {
  matmul,
  type Parameter,
  recurrence,
  reshape,
  select,
  stack,
  type Tensor,
  zeros,
} from '@ostinato/tensor';
import { type LstmForm, lstm } from './cells/lstm.js';
import { checkSizes, startParameter } from './checks.js';
import { type ForgetBiasOptions, withForgetBias } from './forget-bias.js';
import { glorotUniform, type Initializer, orthogonal, sideBySide, zero } from './init.js';
import { checkStateTensor, OneWayLayer, projectSteps, type SequenceWalk } from './one-way-layer.js';
import type { SequenceResult } from './sequence.js';
import { addToFirstStep, keepWithoutSteps } from './walk-ends.js';

/** Settings of an LSTM with projection. */
export interface ProjectedLSTMOptions extends LstmForm, Pick<ForgetBiasOptions, 'forgetBias'> {
  /** Whether the gates have a bias; yes by default. */
  readonly bias?: boolean;
  /** How the input weights of each gate [in, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the recurrent weights of each gate [projection, hidden] start; orthogonal by default. */
  readonly recurrentInit?: Initializer;
  /** How the projection [hidden, projection] starts; Glorot uniform by default. */
  readonly projectionInit?: Initializer;
  /** How the bias [gates · hidden] starts; zeros by default. */
  readonly biasInit?: Initializer;
  /** How the peepholes [gates without g, hidden] start; zeros by default. */
  readonly parameterInit?: Initializer;
}

/** What an LSTM with projection remembers, as PyTorch has it. */
export interface ProjectedState {
  /** h [batch, projection] */
  readonly hidden: Tensor;
  /** c [batch, hidden] */
  readonly memory: Tensor;
}

/**
 * LSTM whose output is projected to fewer features before it is given and fed back (Sak et al. 2014, "Long short-term memory based
 * recurrent neural network architectures for large scale acoustic modeling"; PyTorch's `proj_size`): h = (o tanh(c))·P. Memory can be
 * large while R stays small. What the cell feeds back is (o tanh(c))·(P·R), so that a step is one product.
 */
export class ProjectedLSTM extends OneWayLayer<ProjectedState> {
  /** [in, gates · hidden], gates i, f, g, o */
  readonly weight: Parameter;
  /** [projection, gates · hidden] */
  readonly recurrentWeight: Parameter;
  /** [gates · hidden] */
  readonly bias: Parameter | undefined;
  /** [hidden, projection] */
  readonly projectionWeight: Parameter;
  /** Peepholes, where there are some. */
  readonly cellParameters: Parameter | undefined;
  readonly cell: CellProgram;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, and a `forgetBias` where there is no bias */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    readonly outputSize: number,
    options: ProjectedLSTMOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkSizes(where, { inputSize, hiddenSize, projectionSize: outputSize });
    const { peephole, coupled, candidate, output, bias = true } = options;
    const { weightInit = glorotUniform, recurrentInit = orthogonal } = options;
    const { projectionInit = glorotUniform, parameterInit = zero } = options;
    this.cell = lstm({ peephole, coupled, candidate, output });
    const { gates, parameters } = this.cell;
    const start = (name: string, init: Initializer, ...shape: number[]): Parameter =>
      startParameter(where, name, init, shape);
    const biasInit = withForgetBias(where, hiddenSize, options);
    this.weight = start('weightInit', sideBySide(gates, weightInit), inputSize, gates * hiddenSize);
    this.recurrentWeight = start(
      'recurrentInit',
      sideBySide(gates, recurrentInit),
      outputSize,
      gates * hiddenSize,
    );
    this.bias = bias ? start('biasInit', biasInit, gates * hiddenSize) : undefined;
    this.projectionWeight = start('projectionInit', projectionInit, hiddenSize, outputSize);
    this.cellParameters =
      parameters > 0 ? start('parameterInit', parameterInit, parameters, hiddenSize) : undefined;
  }

  protected override checkState(state: unknown, batch: number): void {
    const parts = Object(state) as Partial<ProjectedState>;
    checkStateTensor(this, 'state.hidden', parts.hidden, [batch, this.outputSize], 'batch, projection');
    checkStateTensor(this, 'state.memory', parts.memory, [batch, this.hiddenSize], 'batch, hidden');
  }

  protected override walk(walk: SequenceWalk<ProjectedState>): SequenceResult<ProjectedState> {
    const { state, lengths, reverse } = walk;
    const { cell, hiddenSize, recurrentWeight, projectionWeight } = this;
    const { backend } = walk.x;
    const [time, batch] = walk.x.shape as [number, number];
    const projected = projectSteps(walk.x, this.weight, this.bias, walk);
    // The cell itself begins with o tanh(c) = 0: what h of before adds is given to the first step.
    const x =
      state && time > 0 ? addToFirstStep(projected, matmul(state.hidden, recurrentWeight), walk) : projected;
    const R =
      time > 1
        ? reshape(matmul(projectionWeight, recurrentWeight), [hiddenSize, cell.gates, hiddenSize])
        : undefined;
    const { output, final } = recurrence({
      cell,
      x: reshape(x, [time, batch, cell.gates, hiddenSize]),
      R,
      parameters: this.cellParameters,
      lengths,
      initial: state && stack([zeros([batch, hiddenSize], { backend }), state.memory]),
      reverse,
    });
    const last = matmul(select(final, 0, 0), projectionWeight);
    const hidden = state ? (time > 0 ? keepWithoutSteps(last, state.hidden, walk) : state.hidden) : last;
    return {
      output: projectSteps(output, projectionWeight, undefined, walk),
      state: { hidden, memory: select(final, 0, 1) },
    };
  }
}
