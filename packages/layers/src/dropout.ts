import { normalizeAxis } from '@ostinato/kernel';
import { dropout, mul, type Tensor, tidy } from '@ostinato/tensor';
import { checkRate } from './checks.js';
import { dropoutMask } from './dropout-mask.js';
import { Module } from './module.js';

/** Sets features to 0 at random while training and scales the others up, so that sums keep their size (Srivastava et al. 2014). */
export class Dropout extends Module {
  readonly sharedAxes: readonly number[];

  /**
   * @param rate the probability of 0, in [0, 1)
   * @param options.sharedAxes axes along which one mask is repeated: [1] on [batch, time, features] drops the same features
   *   at all times (Gal & Ghahramani 2016)
   * @throws OstinatoError for a rate outside [0, 1)
   */
  constructor(
    readonly rate: number,
    { sharedAxes = [] }: { sharedAxes?: readonly number[] } = {},
  ) {
    super();
    checkRate('Dropout', 'the rate', rate);
    this.sharedAxes = sharedAxes;
  }

  /** @param x [...] */
  forward(x: Tensor): Tensor {
    if (!this.training || this.rate === 0) return x;
    if (this.sharedAxes.length === 0) return dropout(x, this.rate);
    const shared = this.sharedAxes.map((axis) => normalizeAxis(axis, x.rank, 'Dropout'));
    const shape = x.shape.map((length, axis) => (shared.includes(axis) ? 1 : length));
    return tidy(() => mul(x, dropoutMask(shape, this.rate, x.backend)));
  }
}
