import { normalizeAxis, OstinatoError } from '@ostinato/kernel';
import { defaultRandom, dropout, mul, type Tensor } from '@ostinato/tensor';
import { Module } from './module.js';

/** Sets features to 0 at random while training and scales the others up, so that sums keep their size (Srivastava et al. 2014). */
export class Dropout extends Module {
  readonly sharedAxes: readonly number[];

  /**
   * @param rate the probability of 0, in [0, 1)
   * @param options.sharedAxes axes along which one mask is repeated: [1] on [batch, time, features] drops the same features
   *   at all times (Gal & Ghahramani 2016)
   */
  constructor(
    readonly rate: number,
    { sharedAxes = [] }: { sharedAxes?: readonly number[] } = {},
  ) {
    super();
    if (!(rate >= 0 && rate < 1))
      throw new OstinatoError(`Dropout: the rate must lie in [0, 1), got ${rate}`);
    this.sharedAxes = sharedAxes;
  }

  /** @param x [...] */
  forward(x: Tensor): Tensor {
    if (!this.training || this.rate === 0) return x;
    if (this.sharedAxes.length === 0) return dropout(x, this.rate);
    const shared = this.sharedAxes.map((axis) => normalizeAxis(axis, x.rank, 'Dropout'));
    const keep = 1 - this.rate;
    const shape = x.shape.map((length, axis) => (shared.includes(axis) ? 1 : length));
    return mul(x, mul(defaultRandom().bernoulli(shape, keep, x.backend), 1 / keep));
  }
}
