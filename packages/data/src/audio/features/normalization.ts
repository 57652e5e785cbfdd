import type { Frames } from './frames.js';

/** The least deviation that is divided by, so that a number which never changes becomes 0 and not noise. */
const LEAST_DEVIATION = 1e-3;

/** Makes mean 0 and deviation 1 of each column over all rows, in place. A column that does not change becomes 0. */
export function normalizeUtterance({ data, count, size }: Frames): void {
  for (let column = 0; column < size; column++) {
    let sum = 0;
    for (let at = column; at < data.length; at += size) sum += data[at] as number;
    const mean = sum / count;
    let squares = 0;
    for (let at = column; at < data.length; at += size) squares += ((data[at] as number) - mean) ** 2;
    const deviation = Math.max(LEAST_DEVIATION, Math.sqrt(squares / count));
    for (let at = column; at < data.length; at += size) data[at] = ((data[at] as number) - mean) / deviation;
  }
}

/**
 * Takes the mean of this row and those before off each row, and divides by the deviation of the same. Until `reach` rows have
 * come all count alike, then each counts less by 1 / reach with every row that follows: with w = 1 / min(t, reach) and
 * d = x - m, m' = m + w d and v' = (1 - w)(v + w d²) (West 1979; Finch 2009, "Incremental calculation of weighted mean and variance").
 */
export class RunningNormalization {
  readonly #reach: number;
  readonly #next: (row: Float32Array) => void;
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  readonly #output: Float32Array;
  #received = 0;

  /** @param next gets the rows, to be copied */
  constructor(size: number, reach: number, next: (row: Float32Array) => void) {
    this.#reach = reach;
    this.#next = next;
    this.#mean = new Float64Array(size);
    this.#variance = new Float64Array(size);
    this.#output = new Float32Array(size);
  }

  readonly push = (row: Float32Array): void => {
    const [mean, variance, output] = [this.#mean, this.#variance, this.#output];
    const weight = 1 / Math.min(++this.#received, this.#reach);
    for (let column = 0; column < output.length; column++) {
      const value = row[column] as number;
      const difference = value - (mean[column] as number);
      const center = (mean[column] as number) + weight * difference;
      const spread = (1 - weight) * ((variance[column] as number) + weight * difference * difference);
      mean[column] = center;
      variance[column] = spread;
      output[column] = (value - center) / Math.max(LEAST_DEVIATION, Math.sqrt(spread));
    }
    this.#next(output);
  };
}
