import { OstinatoError } from '@ostinato/kernel';

/**
 * A running mean, in float64: for the loss of an epoch out of the losses of its batches.
 * @example
 * const loss = new MeanMetric();
 * loss.add(2, 3).add(6);   // 2 counts three times
 * loss.value;              // 3
 */
export class MeanMetric {
  #total = 0;
  #weight = 0;

  /**
   * Takes in a value.
   * @param weight how often it counts, for example the number of real steps in its batch; not below 0, by default 1
   * @throws OstinatoError for a weight below 0 or NaN
   */
  add(value: number, weight = 1): this {
    if (!(weight >= 0)) throw new OstinatoError(`MeanMetric: a weight must be 0 or more, got ${weight}`);
    if (weight > 0) this.#total += value * weight;
    this.#weight += weight;
    return this;
  }

  /** The weighted mean of what was added; NaN before anything was. */
  get value(): number {
    return this.#total / this.#weight;
  }

  /** The sum of the weights added. */
  get weight(): number {
    return this.#weight;
  }

  /** Forgets what was added. */
  reset(): void {
    this.#total = 0;
    this.#weight = 0;
  }
}
