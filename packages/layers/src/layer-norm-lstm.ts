import { defineProgram, expr } from '@ostinato/kernel';
import {
  layerNorm,
  mapTensors,
  matmul,
  mul,
  type Parameter,
  type RecurrenceResult,
  reshape,
  select,
  unstack,
} from '@ostinato/tensor';
import { startParameter } from './checks.js';
import { type ForgetBiasOptions, withForgetBias } from './forget-bias.js';
import { constant, zero } from './init.js';
import { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';
import { walkOnTape } from './walk-on-tape.js';

const { add, sigmoid, tanh } = expr;

/** Settings of a layer-normalised LSTM. */
export interface LayerNormLSTMOptions
  extends Omit<RecurrentOptions, 'bias' | 'mixing' | 'parameterInit'>,
    Pick<ForgetBiasOptions, 'forgetBias'> {}

/** The sums of the gates: normalised product with a gain, and what the input adds. */
export const gateSums = defineProgram({ inputs: 3 }, ({ x: [product, gain, x] }) => [
  add(expr.mul(product!, gain!), x!),
]);
const nextMemory = defineProgram({ inputs: 4 }, ({ x: [i, f, g, c] }) => [
  add(expr.mul(sigmoid(f!), c!), expr.mul(sigmoid(i!), tanh(g!))),
]);
const nextOutput = defineProgram({ inputs: 4 }, ({ x: [o, memory, gain, bias] }) => [
  expr.mul(sigmoid(o!), tanh(add(expr.mul(memory!, gain!), bias!))),
]);

/**
 * LSTM with layer normalisation (Ba, Kiros & Hinton 2016, "Layer normalization"), gates i, f, g, o, state h, c:
 *
 *     (i, f, g, o) = LN(x·W) + LN(h·R) + b
 *     c' = sigmoid(f) c + sigmoid(i) tanh(g)        h' = sigmoid(o) tanh(LN(c'))
 *
 * Each LN has a gain of its own, that of the memory a bias, too. A mean over all units is no cell program: the steps run one by one on
 * the tape, five kernels each.
 */
export class LayerNormLSTM extends RecurrentLayer {
  /** [gates · hidden] */
  readonly inputGain: Parameter;
  /** [gates · hidden] */
  readonly recurrentGain: Parameter;
  /** b [gates · hidden] */
  readonly gateBias: Parameter;
  /** [hidden] */
  readonly memoryGain: Parameter;
  /** [hidden] */
  readonly memoryBias: Parameter;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, or a dropout outside [0, 1) */
  constructor(inputSize: number, hiddenSize: number, options: LayerNormLSTMOptions = {}) {
    super({ gates: 4, states: 2 }, inputSize, hiddenSize, { ...options, bias: false });
    const where = new.target.name;
    const width = 4 * hiddenSize;
    this.inputGain = startParameter(where, 'gain', constant(1), [width]);
    this.recurrentGain = startParameter(where, 'gain', constant(1), [width]);
    this.gateBias = startParameter(where, 'biasInit', withForgetBias(where, hiddenSize, options), [width]);
    this.memoryGain = startParameter(where, 'gain', constant(1), [hiddenSize]);
    this.memoryBias = startParameter(where, 'bias', zero, [hiddenSize]);
  }

  protected override run(walk: Walk): RecurrenceResult {
    const [time, batch, gates, hidden] = walk.x.shape as [number, number, number, number];
    const x = layerNorm(reshape(walk.x, [time, batch, gates * hidden]), this.inputGain, this.gateBias);
    const mask = this.feedbackMask(walk);
    const dropped = mask && select(mask, 0, 0);
    return walkOnTape('LayerNormLSTM', x, walk, { states: 2, hidden }, (input, [h, c], keep) => {
      const product = layerNorm(matmul(dropped ? mul(h!, dropped) : h!, this.recurrentWeight!));
      const sums = mapTensors('LayerNormLSTM', gateSums, [product, this.recurrentGain, input]);
      const [i, f, g, o] = unstack(reshape(sums, [batch, gates, hidden]), 1);
      const memory = keep(nextMemory, [i!, f!, g!, c!], c!);
      return [keep(nextOutput, [o!, layerNorm(memory), this.memoryGain, this.memoryBias], h!), memory];
    });
  }
}
