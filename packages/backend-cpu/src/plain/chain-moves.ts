/**
 * Float64 holds no number below e^-744. Where the sum of a target is smaller than this, terms that were rounded to 0 might count: it is
 * computed again, in the logarithm.
 */
const least = 1e-280;

/** The largest of some numbers. */
export function largestOf(numbers: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const number of numbers) largest = Math.max(largest, number);
  return largest;
}

/** log Σ exp of some numbers. */
export function logSumExp(numbers: Float64Array): number {
  const largest = largestOf(numbers);
  let sum = 0;
  for (const number of numbers) sum += Math.exp(number - largest);
  return largest + Math.log(sum);
}

/** Transitions A [tags, tags] ready for steps: as exponentials, with the peak of each column taken out. */
export class ChainMoves {
  readonly #scores: Float64Array;
  /** exp(A - peak), row by row. */
  readonly exponentials: Float64Array;
  /** The largest number of each column. */
  readonly peaks: Float64Array;
  readonly #factors: Float64Array;

  /** @param scores [tags, tags] row by row */
  constructor(scores: Float64Array, tags: number) {
    this.#scores = scores;
    this.#factors = new Float64Array(tags);
    this.peaks = new Float64Array(tags).fill(Number.NEGATIVE_INFINITY);
    for (const [at, score] of scores.entries()) {
      const column = at % tags;
      this.peaks[column] = Math.max(this.peaks[column]!, score);
    }
    this.exponentials = scores.map((score, at) => Math.exp(score - this.peaks[at % tags]!));
  }

  /** out_t = log Σ_s exp(weights_s + A_st) */
  advance(weights: Float64Array, out: Float64Array): void {
    const { exponentials, peaks } = this;
    const tags = peaks.length;
    const shift = largestOf(weights);
    const factors = this.#factors;
    for (let source = 0; source < tags; source++) factors[source] = Math.exp(weights[source]! - shift);
    out.fill(0);
    for (let source = 0, at = 0; source < tags; source++) {
      const factor = factors[source]!;
      for (let target = 0; target < tags; target++, at++) out[target]! += factor * exponentials[at]!;
    }
    for (let target = 0; target < tags; target++) {
      const sum = out[target]!;
      out[target] = sum >= least ? Math.log(sum) + peaks[target]! + shift : this.#rescued(weights, target);
    }
  }

  #rescued(weights: Float64Array, target: number): number {
    const tags = weights.length;
    return logSumExp(weights.map((weight, source) => weight + this.#scores[source * tags + target]!));
  }

  /** A from a source to a target. */
  score(source: number, target: number): number {
    return this.#scores[source * this.peaks.length + target]!;
  }
}
