import { defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import {
  linear,
  mapTensors,
  type Parameter,
  project,
  reduceTensors,
  reshape,
  softmax,
  type Tensor,
  tidy,
  transpose,
  zeros,
} from '@ostinato/tensor';
import { checkSizes, startParameter } from './checks.js';
import { glorotUniform, uniform, zero } from './init.js';
import { Module } from './module.js';
import { overTime, type PoolingOptions, realSteps } from './pooling.js';

const { coordinate, less, mul, select, tanh } = expr;

const matchOfFeature = defineProgram({ inputs: 2 }, ({ x: [key, query] }) => [mul(tanh(key!), query!)]);
/** So little that nothing is left of it beside a real step; finite, so that a row of padding alone gives numbers. */
const NEGLIGIBLE = -1e30;
const orNegligible = defineProgram({ inputs: 2 }, ({ x: [score, length] }) => [
  select(less(coordinate(1), length!), score!, NEGLIGIBLE),
]);
const weighted = defineProgram({ inputs: 3 }, ({ x: [value, weight, length] }) => [
  // Padding is taken out before the product, so that its derivative does not see what lies there either.
  mul(select(less(coordinate(1), length!), value!, 0), weight!),
]);

/**
 * A weighted mean of the real steps of each row, with weights that are learnt: a = softmax over time of q · tanh(x W + b), the
 * additive score of Bahdanau et al. 2015 with one learnt query, as in Yang et al. 2016 ("Hierarchical attention networks").
 * Steps at or past a row's length do not exist, whatever stands there; a row of length 0 gives zeros.
 * @example
 * const pool = new AttentionPooling(32);
 * pool.forward(rnn.forward(x, { lengths }).output, { lengths });   // [batch, 32]
 */
export class AttentionPooling extends Module {
  /** [features, attention] */
  readonly weight: Parameter;
  /** [attention] */
  readonly bias: Parameter;
  /** [attention] */
  readonly query: Parameter;

  /**
   * @param inputSize features of a step
   * @param attentionSize units that the score is made of; as many as features by default
   * @throws OstinatoError for sizes that are not whole numbers from 1
   */
  constructor(
    readonly inputSize: number,
    readonly attentionSize: number = inputSize,
  ) {
    super();
    checkSizes('AttentionPooling', { inputSize, attentionSize });
    this.weight = startParameter('AttentionPooling', 'weight', glorotUniform, [inputSize, attentionSize]);
    this.bias = startParameter('AttentionPooling', 'bias', zero, [attentionSize]);
    this.query = startParameter('AttentionPooling', 'query', uniform(Math.sqrt(3 / attentionSize)), [
      attentionSize,
    ]);
  }

  /**
   * @param x [batch, time, features]
   * @returns [batch, features]; zeros for a row of length 0
   * @throws ShapeError or DTypeError where x or lengths do not fit
   */
  forward(x: Tensor, { lengths }: PoolingOptions = {}): Tensor {
    return tidy(() => {
      const real = this.#check(x, lengths);
      const weights = this.#weights(x, real);
      return overTime('AttentionPooling', 'sum', weighted, [
        x,
        reshape(weights, [...weights.shape, 1]),
        real,
      ]);
    });
  }

  /**
   * How much each step counts: of each row with real steps they sum to 1, and are 0 in the padding.
   * @param x [batch, time, features]
   * @returns [batch, time]
   */
  weights(x: Tensor, { lengths }: PoolingOptions = {}): Tensor {
    return tidy(() => {
      const real = this.#check(x, lengths);
      const weights = this.#weights(x, real);
      return mapTensors('AttentionPooling', realWeights, [weights, reshape(real, [-1, 1])]);
    });
  }

  /** [batch, time]; what stands there for a row without real steps means nothing. */
  #weights(x: Tensor, real: Tensor): Tensor {
    const [batch, time] = x.shape as [number, number];
    if (time === 0) return zeros([batch, 0], { backend: x.backend });
    const timeMajor = transpose(x, [1, 0, 2]);
    const keys =
      real.size === batch
        ? project(timeMajor, this.weight, this.bias, reshape(real, [batch]))
        : linear(timeMajor, this.weight, this.bias);
    const matches = reduceTensors('AttentionPooling', 'sum', matchOfFeature, [keys, this.query], [], [2], {
      shape: [time, batch],
    });
    return softmax(
      mapTensors('AttentionPooling', orNegligible, [transpose(matches, [1, 0]), reshape(real, [-1, 1])]),
    );
  }

  #check(x: Tensor, lengths: PoolingOptions['lengths']): Tensor {
    const real = realSteps('AttentionPooling', x, lengths);
    if (x.shape[2] === this.inputSize) return real;
    throw new ShapeError(
      `AttentionPooling(${this.inputSize}): x must have shape [batch, time, ${this.inputSize}], got ${formatShape(x.shape)}`,
    );
  }
}

const realWeights = defineProgram({ inputs: 2 }, ({ x: [weight, length] }) => [
  select(less(coordinate(1), length!), weight!, 0),
]);
