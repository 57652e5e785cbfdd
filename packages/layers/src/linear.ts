import { linear, Parameter, type Tensor, tensor } from '@ostinato/tensor';
import { glorotUniform, type Initializer, zero } from './init.js';
import { Module } from './module.js';

/** Settings of a linear layer. */
export interface LinearOptions {
  /** Whether a bias is added; yes by default. */
  readonly bias?: boolean;
  /** How the weight [in, out] starts; Glorot uniform by default. */
  readonly weightInit?: Initializer;
  /** How the bias [out] starts; zeros by default. */
  readonly biasInit?: Initializer;
}

/** y = x · weight + bias along the last axis: [..., in] to [..., out]. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    readonly inputSize: number,
    readonly outputSize: number,
    { bias = true, weightInit = glorotUniform, biasInit = zero }: LinearOptions = {},
  ) {
    super();
    this.weight = new Parameter(tensor(weightInit([inputSize, outputSize]), [inputSize, outputSize]));
    this.bias = bias ? new Parameter(tensor(biasInit([outputSize]))) : undefined;
  }

  /** @param x [..., in] */
  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}
