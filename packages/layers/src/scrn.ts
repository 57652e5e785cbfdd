import { OstinatoError } from '@ostinato/kernel';
import {
  add,
  concat,
  expandDims,
  full,
  Parameter,
  recurrence,
  reshape,
  select,
  sigmoid,
  type Tensor,
  tensor,
} from '@ostinato/tensor';
import { elman } from './cells/elman.js';
import { scrnContext } from './cells/scrn.js';
import { checkSizes, describe, startParameter } from './checks.js';
import { glorotUniform, type Initializer, orthogonal, zero } from './init.js';
import { checkStateTensor, OneWayLayer, projectSteps, type SequenceWalk } from './one-way-layer.js';
import type { SequenceResult } from './sequence.js';

/** Settings of a structurally constrained recurrent network. */
export interface SCRNOptions {
  /** How much of its value a context unit keeps in a step, in (0, 1); 0.95 by default, as in the paper. */
  readonly alpha?: number;
  /** Whether each context unit learns its own α, which starts as `alpha`; no by default. */
  readonly learnAlpha?: boolean;
  /** Whether the hidden layer has a bias; yes by default. */
  readonly bias?: boolean;
  /** How the input weights B [in, context], A [in, hidden] and P [context, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the recurrent weights R [hidden, hidden] start; orthogonal by default. */
  readonly recurrentInit?: Initializer;
}

/** What a SCRN remembers. */
export interface SCRNState {
  /** [batch, hidden] */
  readonly hidden: Tensor;
  /** [batch, context] */
  readonly context: Tensor;
}

/**
 * Structurally constrained recurrent network (Mikolov et al. 2014): beside a simple recurrent network stand context units that forget
 * slowly, s_t = (1 - α) x_t·B + α s_{t-1}, and that the hidden layer sees: h_t = sigmoid(x_t·A + s_t·P + h_{t-1}·R). The output is both,
 * [h, s], hidden + context features wide. Two recurrences without matrices of gates: fast, and long of memory.
 */
export class SCRN extends OneWayLayer<SCRNState> {
  /** B [in, context] */
  readonly contextWeight: Parameter;
  /** A [in, hidden] */
  readonly weight: Parameter;
  /** P [context, hidden] */
  readonly contextToHidden: Parameter;
  /** R [hidden, hidden] */
  readonly recurrentWeight: Parameter;
  /** [hidden] */
  readonly bias: Parameter | undefined;
  /** [1, context], α = sigmoid of it; there where α is learnt. */
  readonly alphaLogit: Parameter | undefined;
  readonly alpha: number;
  readonly outputSize: number;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, or an α outside (0, 1) */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    readonly contextSize: number,
    options: SCRNOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkSizes(where, { inputSize, hiddenSize, contextSize });
    const {
      alpha = 0.95,
      learnAlpha = false,
      bias = true,
      weightInit = glorotUniform,
      recurrentInit = orthogonal,
    } = options;
    if (!(typeof alpha === 'number' && alpha > 0 && alpha < 1)) {
      throw new OstinatoError(`${where}: alpha must lie in (0, 1), got ${describe(alpha)}`);
    }
    const start = (name: string, init: Initializer, ...shape: number[]): Parameter =>
      startParameter(where, name, init, shape);
    this.contextWeight = start('weightInit', weightInit, inputSize, contextSize);
    this.weight = start('weightInit', weightInit, inputSize, hiddenSize);
    this.contextToHidden = start('weightInit', weightInit, contextSize, hiddenSize);
    this.recurrentWeight = start('recurrentInit', recurrentInit, hiddenSize, hiddenSize);
    this.bias = bias ? start('bias', zero, hiddenSize) : undefined;
    this.alphaLogit = learnAlpha
      ? new Parameter(
          tensor(new Float32Array(contextSize).fill(Math.log(alpha / (1 - alpha))), [1, contextSize]),
        )
      : undefined;
    this.alpha = alpha;
    this.outputSize = hiddenSize + contextSize;
  }

  protected override checkState(state: unknown, batch: number): void {
    const parts = Object(state) as Partial<SCRNState>;
    checkStateTensor(this, 'state.hidden', parts.hidden, [batch, this.hiddenSize], 'batch, hidden');
    checkStateTensor(this, 'state.context', parts.context, [batch, this.contextSize], 'batch, context');
  }

  protected override walk({ x, state, ...steps }: SequenceWalk<SCRNState>): SequenceResult<SCRNState> {
    const [time, batch] = x.shape as [number, number];
    const single = (values: Tensor, units: number): Tensor => reshape(values, [time, batch, 1, units]);
    const slow = recurrence({
      ...steps,
      cell: scrnContext,
      x: single(projectSteps(x, this.contextWeight, undefined, steps), this.contextSize),
      parameters: this.#alphas(x),
      initial: state && expandDims(state.context, 0),
    });
    const sums = add(
      projectSteps(x, this.weight, this.bias, steps),
      projectSteps(slow.output, this.contextToHidden, undefined, steps),
    );
    const fast = recurrence({
      ...steps,
      cell: elman('sigmoid'),
      x: single(sums, this.hiddenSize),
      R: reshape(this.recurrentWeight, [this.hiddenSize, 1, this.hiddenSize]),
      initial: state && expandDims(state.hidden, 0),
    });
    return {
      output: concat([fast.output, slow.output], 2),
      state: { hidden: select(fast.final, 0, 0), context: select(slow.final, 0, 0) },
    };
  }

  /** [1, context] */
  #alphas({ backend }: Tensor): Tensor {
    return this.alphaLogit ? sigmoid(this.alphaLogit) : full([1, this.contextSize], this.alpha, { backend });
  }
}
