import { ShapeError } from '@ostinato/kernel';
import { linear, type Parameter, Tensor, tidy } from '@ostinato/tensor';
import { checkSizes, describe, startParameter } from './checks.js';
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

  /** @throws OstinatoError for sizes that are not whole numbers from 1 */
  constructor(
    readonly inputSize: number,
    readonly outputSize: number,
    { bias = true, weightInit = glorotUniform, biasInit = zero }: LinearOptions = {},
  ) {
    super();
    checkSizes('Linear', { inputSize, outputSize });
    this.weight = startParameter('Linear', 'weightInit', weightInit, [inputSize, outputSize]);
    this.bias = bias ? startParameter('Linear', 'biasInit', biasInit, [outputSize]) : undefined;
  }

  /**
   * @param x [..., in]
   * @throws ShapeError where the last axis is not `in` long
   */
  forward(x: Tensor): Tensor {
    if (!(x instanceof Tensor) || x.shape.at(-1) !== this.inputSize) {
      const wanted = `x must have shape [..., ${this.inputSize}]`;
      throw new ShapeError(`Linear(${this.inputSize}, ${this.outputSize}): ${wanted}, got ${describe(x)}`);
    }
    return tidy(() => linear(x, this.weight, this.bias));
  }
}
