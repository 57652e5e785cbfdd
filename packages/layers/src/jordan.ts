import { ShapeError, sameShape } from '@ostinato/kernel';
import {
  linear,
  type Parameter,
  sigmoid,
  softmax,
  Tensor,
  tanh,
  tidy,
  transpose,
  zeros,
} from '@ostinato/tensor';
import { type Activation, checkActivation } from './cells/activation.js';
import { checkOutput, type OutputActivation } from './cells/jordan.js';
import { checkSizes, describe, startParameter } from './checks.js';
import { glorotUniform, type Initializer, orthogonal, zero } from './init.js';
import { fedBack, taught } from './jordan-feedback.js';
import {
  batchMajor,
  checkStateTensor,
  OneWayLayer,
  projectSteps,
  type SequenceWalk,
} from './one-way-layer.js';
import { nameOf, type SequenceOptions, type SequenceResult } from './sequence.js';
import { keepWithoutSteps } from './walk-ends.js';

/** Settings of a Jordan network. */
export interface JordanOptions {
  /** What the output passes through, before it is given and fed back; linear by default. */
  readonly output?: OutputActivation;
  /** What the hidden layer passes through; tanh by default. */
  readonly activation?: Activation;
  /** Whether hidden layer and output have biases; yes by default. */
  readonly bias?: boolean;
  /** How the input weights [in, hidden] start; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the weights of what is fed back [out, hidden] start; orthogonal by default. */
  readonly feedbackInit?: Initializer;
  /** How the output's weights [hidden, out] start; Glorot uniform by default. */
  readonly outputInit?: Initializer;
}

/** How a Jordan network walks a sequence. */
export interface JordanSequenceOptions extends SequenceOptions<Tensor> {
  /**
   * [batch, time, out]: what the outputs should have been, fed back in their place (teacher forcing). Then no step waits for another.
   * The first step sees the state, as always.
   */
  readonly targets?: Tensor | undefined;
}

/** What comes out of a Jordan network. */
export interface JordanResult extends SequenceResult<Tensor> {
  /** [batch, time, hidden] */
  readonly hidden: Tensor;
  /** [batch, time, out]: the outputs before their activation, which losses such as cross entropy take. */
  readonly logits: Tensor;
}

const outputs: Readonly<Record<OutputActivation, (x: Tensor) => Tensor>> = {
  linear: (x) => x,
  sigmoid,
  tanh,
  softmax,
};

/**
 * The network of Jordan 1986: its output is fed back, h_t = activation(x_t + y_{t-1} · U) and y_t = output(h_t · V + b). State: the last
 * output [batch, out]; zeros where nothing has been given yet.
 */
export class Jordan extends OneWayLayer<Tensor> {
  /** [in, hidden] */
  readonly weight: Parameter;
  /** U [out, hidden] */
  readonly feedbackWeight: Parameter;
  /** [hidden] */
  readonly bias: Parameter | undefined;
  /** V [hidden, out] */
  readonly outputWeight: Parameter;
  /** [out] */
  readonly outputBias: Parameter | undefined;
  readonly output: OutputActivation;
  readonly activation: Activation;

  /** @throws OstinatoError for activations that there are not, or sizes that are not whole numbers from 1 */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    readonly outputSize: number,
    options: JordanOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkSizes(where, { inputSize, hiddenSize, outputSize });
    const {
      output = 'linear',
      activation = 'tanh',
      bias = true,
      weightInit = glorotUniform,
      feedbackInit = orthogonal,
      outputInit = glorotUniform,
    } = options;
    checkOutput(where, output);
    checkActivation(where, 'activation', activation);
    this.output = output;
    this.activation = activation;
    this.weight = startParameter(where, 'weightInit', weightInit, [inputSize, hiddenSize]);
    this.feedbackWeight = startParameter(where, 'feedbackInit', feedbackInit, [outputSize, hiddenSize]);
    this.bias = bias ? startParameter(where, 'bias', zero, [hiddenSize]) : undefined;
    this.outputWeight = startParameter(where, 'outputInit', outputInit, [hiddenSize, outputSize]);
    this.outputBias = bias ? startParameter(where, 'bias', zero, [outputSize]) : undefined;
  }

  /**
   * @param x [batch, time, in]
   * @returns output [batch, time, out], the hidden layer and the logits beside it, and the last output [batch, out] as the state
   * @throws ShapeError or DTypeError, naming the layer, where x, lengths, state or targets do not fit
   */
  override forward(x: Tensor, options: JordanSequenceOptions = {}): JordanResult {
    return tidy(() => {
      const walk = this.begin(x, options);
      const { targets } = options;
      if (targets !== undefined) this.#checkTargets(targets, x);
      const { output, hidden, logits, state } = this.walk(walk, targets && transpose(targets, [1, 0, 2]));
      const [outer, inner, before] = [output, hidden, logits].map((part) => batchMajor(part, walk.lengths));
      return { output: outer!, hidden: inner!, logits: before!, state };
    });
  }

  protected override checkState(state: unknown, batch: number): void {
    checkStateTensor(this, 'state', state, [batch, this.outputSize], 'batch, out');
  }

  #checkTargets(targets: unknown, { shape: [batch, time] }: Tensor): void {
    const shape = [batch!, time!, this.outputSize];
    if (targets instanceof Tensor && sameShape(targets.shape, shape)) return;
    throw new ShapeError(
      `${nameOf(this)}: targets must be a tensor of shape [${shape.join(', ')}]: batch, time, out; got ${describe(targets)}`,
    );
  }

  protected override walk(walk: SequenceWalk<Tensor>, targets?: Tensor): JordanResult {
    const [time, batch] = walk.x.shape as [number, number];
    const { backend } = walk.x;
    const { state: before, lengths, reverse } = walk;
    const x = projectSteps(walk.x, this.weight, this.bias, walk);
    const start = before ?? zeros([batch, this.outputSize], { backend });
    if (time === 0) {
      const nothing = zeros([0, batch, this.outputSize], { backend });
      return { output: nothing, hidden: x, logits: nothing, state: start };
    }
    const { feedbackWeight, outputWeight, outputBias, activation } = this;
    const parts = { x, lengths, reverse, before, feedbackWeight, outputWeight, outputBias, activation };
    const { all, last } = targets || time === 1 ? taught(parts, targets) : fedBack(parts, this.output);
    const activate = outputs[this.output];
    const logits = projectSteps(all, outputWeight, outputBias, walk);
    const lastOutput = activate(linear(last, outputWeight, outputBias));
    return {
      output: activate(logits),
      hidden: all,
      logits,
      state: keepWithoutSteps(lastOutput, start, walk),
    };
  }
}
