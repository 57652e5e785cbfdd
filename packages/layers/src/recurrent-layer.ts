import type { CellShape } from '@ostinato/kernel';
import { type Parameter, type RecurrenceResult, reshape, type Tensor } from '@ostinato/tensor';
import { checkRate, checkSizes, startParameter } from './checks.js';
import { dropoutMask } from './dropout-mask.js';
import { glorotUniform, type Initializer, orthogonal, sideBySide, zero } from './init.js';
import {
  checkStateTensor,
  OneWayLayer,
  projectSteps,
  type SequenceWalk,
  type WalkedSteps,
} from './one-way-layer.js';
import type { SequenceResult } from './sequence.js';

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
export interface Walk extends WalkedSteps {
  /** [time, batch, gates, hidden]: input projections, bias included. */
  readonly x: Tensor;
  /** [states, batch, hidden]; zeros where there is none. */
  readonly initial: Tensor | undefined;
}

/**
 * What recurrent layers share whose states are all as wide as their output: their parameters and the projection of the inputs. How the states follow from each other is up to `run`. States are one tensor [states, batch, hidden].
 */
export abstract class RecurrentLayer extends OneWayLayer<Tensor> {
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

  protected override walk({ x, lengths, state, reverse }: SequenceWalk<Tensor>): SequenceResult<Tensor> {
    const [time, batch] = x.shape as [number, number];
    const projected = projectSteps(x, this.weight, this.bias, { lengths });
    const gates = reshape(projected, [time, batch, this.#gates, this.outputSize]);
    const { output, final } = this.run({ x: gates, lengths, initial: state, reverse });
    return { output, state: final };
  }

  /** The walk itself: output [time, batch, hidden] and the final states [states, batch, hidden]. */
  protected abstract run(walk: Walk): RecurrenceResult;

  /** [1, batch, hidden]: what the fed-back state is multiplied by; undefined where nothing is dropped. */
  protected feedbackMask({ x }: Walk): Tensor | undefined {
    if (!this.training || this.recurrentDropout === 0) return undefined;
    return dropoutMask([1, x.shape[1]!, this.outputSize], this.recurrentDropout, x.backend);
  }

  protected override checkState(state: unknown, batch: number): void {
    checkStateTensor(this, 'state', state, [this.#states, batch, this.outputSize], 'states, batch, hidden');
  }
}
