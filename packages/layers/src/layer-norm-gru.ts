import { defineProgram, expr } from '@ostinato/kernel';
import {
  concat,
  layerNorm,
  mapTensors,
  matmul,
  mul,
  type Parameter,
  type RecurrenceResult,
  reshape,
  select,
  slice,
  type Tensor,
  unstack,
} from '@ostinato/tensor';
import { startParameter } from './checks.js';
import { constant, zero } from './init.js';
import { gateSums } from './layer-norm-lstm.js';
import { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';
import { walkOnTape } from './walk-on-tape.js';

const { add, sigmoid, sub, tanh } = expr;

/** Settings of a layer-normalised GRU. */
export interface LayerNormGRUOptions extends Omit<RecurrentOptions, 'bias' | 'mixing' | 'parameterInit'> {}

const nextState = defineProgram({ inputs: 7 }, ({ x: [r, z, product, gain, bias, x, h] }) => {
  const recurrent = add(expr.mul(product!, gain!), bias!);
  const candidate = tanh(add(x!, expr.mul(sigmoid(r!), recurrent)));
  return [add(candidate, expr.mul(sigmoid(z!), sub(h!, candidate)))];
});

/**
 * GRU with layer normalisation (Ba, Kiros & Hinton 2016), gates reset, update, new, state h:
 *
 *     (r, z) = LN(x·W_rz) + LN(h·R_rz) + b_rz
 *     n = tanh(LN(x·W_n) + b_n + sigmoid(r) LN(h·R_n))        h' = (1 - sigmoid(z)) n + sigmoid(z) h
 *
 * Each LN has a gain of its own, that of h·R_n a bias, too; the two gates are normalised together. A mean over all units is no cell
 * program: the steps run one by one on the tape, five kernels each.
 */
export class LayerNormGRU extends RecurrentLayer {
  /** [gates · hidden] */
  readonly inputGain: Parameter;
  /** [gates · hidden] */
  readonly recurrentGain: Parameter;
  /** b [gates · hidden] */
  readonly gateBias: Parameter;
  /** [hidden], of LN(h·R_n) */
  readonly newBias: Parameter;

  /** @throws OstinatoError for sizes that are not whole numbers from 1, or a dropout outside [0, 1) */
  constructor(inputSize: number, hiddenSize: number, options: LayerNormGRUOptions = {}) {
    super({ gates: 3, states: 1 }, inputSize, hiddenSize, { ...options, bias: false });
    const where = new.target.name;
    const width = 3 * hiddenSize;
    this.inputGain = startParameter(where, 'gain', constant(1), [width]);
    this.recurrentGain = startParameter(where, 'gain', constant(1), [width]);
    this.gateBias = startParameter(where, 'biasInit', options.biasInit ?? zero, [width]);
    this.newBias = startParameter(where, 'bias', zero, [hiddenSize]);
  }

  protected override run(walk: Walk): RecurrenceResult {
    const [time, batch, , hidden] = walk.x.shape as [number, number, number, number];
    const [gatesGain, newGain] = halves(this.recurrentGain, hidden);
    const x = this.#normalizedInput(reshape(walk.x, [time, batch, 3 * hidden]), hidden);
    const mask = this.feedbackMask(walk);
    const dropped = mask && select(mask, 0, 0);
    return walkOnTape('LayerNormGRU', x, walk, { states: 1, hidden }, (input, [h], keep) => {
      const products = matmul(dropped ? mul(h!, dropped) : h!, this.recurrentWeight!);
      const [ofGates, ofNew] = halves(products, hidden);
      const [gatesInput, newInput] = halves(input, hidden);
      const sums = mapTensors('LayerNormGRU', gateSums, [layerNorm(ofGates), gatesGain, gatesInput]);
      const [r, z] = unstack(reshape(sums, [batch, 2, hidden]), 1);
      const inputs = [r!, z!, layerNorm(ofNew), newGain, this.newBias, newInput, h!];
      return [keep(nextState, inputs, h!)];
    });
  }

  #normalizedInput(x: Tensor, hidden: number): Tensor {
    const [sums, gains, biases] = [x, this.inputGain, this.gateBias].map((part) => halves(part, hidden));
    return concat(
      sums!.map((part, index) => layerNorm(part, gains![index], biases![index])),
      2,
    );
  }
}

/** What belongs to the gates, and what to the new value: [..., 2 · hidden] and [..., hidden]. */
function halves(x: Tensor, hidden: number): [gates: Tensor, next: Tensor] {
  const axis = x.rank - 1;
  return [slice(x, axis, 0, 2 * hidden), slice(x, axis, 2 * hidden)];
}
