import { OstinatoError, ShapeError } from '@ostinato/kernel';
import { layerNorm, type Parameter, Tensor, tidy } from '@ostinato/tensor';
import { checkSizes, describe, startParameter } from './checks.js';
import { constant, zero } from './init.js';
import { Module } from './module.js';

/** Layer normalisation along the last axis with learnt gain and bias (Ba et al. 2016). */
export class LayerNorm extends Module {
  readonly gain: Parameter;
  readonly bias: Parameter;

  /**
   * @param epsilon added to the variance
   * @throws OstinatoError for a size that is not a whole number from 1, or an epsilon that is not positive
   */
  constructor(
    readonly size: number,
    readonly epsilon = 1e-5,
  ) {
    super();
    checkSizes('LayerNorm', { size });
    if (!(epsilon > 0)) {
      throw new OstinatoError(`LayerNorm: epsilon must be above 0, got ${describe(epsilon)}`);
    }
    this.gain = startParameter('LayerNorm', 'gain', constant(1), [size]);
    this.bias = startParameter('LayerNorm', 'bias', zero, [size]);
  }

  /**
   * @param x [..., size]
   * @throws ShapeError where the last axis is not `size` long
   */
  forward(x: Tensor): Tensor {
    if (!(x instanceof Tensor) || x.shape.at(-1) !== this.size) {
      throw new ShapeError(
        `LayerNorm(${this.size}): x must have shape [..., ${this.size}], got ${describe(x)}`,
      );
    }
    return tidy(() => layerNorm(x, this.gain, this.bias, this.epsilon));
  }
}
