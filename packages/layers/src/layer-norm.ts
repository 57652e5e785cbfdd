import { layerNorm, Parameter, type Tensor, tensor } from '@ostinato/tensor';
import { constant, zero } from './init.js';
import { Module } from './module.js';

/** Layer normalisation along the last axis with learnt gain and bias (Ba et al. 2016). */
export class LayerNorm extends Module {
  readonly gain: Parameter;
  readonly bias: Parameter;

  constructor(
    readonly size: number,
    readonly epsilon = 1e-5,
  ) {
    super();
    this.gain = new Parameter(tensor(constant(1)([size])));
    this.bias = new Parameter(tensor(zero([size])));
  }

  /** @param x [..., size] */
  forward(x: Tensor): Tensor {
    return layerNorm(x, this.gain, this.bias, this.epsilon);
  }
}
