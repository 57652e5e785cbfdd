/** How samples are spread. */
export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The value below which a fraction of the samples lies, linear between two of them. Throws RangeError without samples. */
export function quantile(samples: readonly number[], fraction: number): number {
  if (samples.length === 0) throw new RangeError('quantile: there are no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/** Median, quartiles and extremes. Throws RangeError without samples. */
export function spreadOf(samples: readonly number[]): Spread {
  return {
    median: quantile(samples, 0.5),
    lowerQuartile: quantile(samples, 0.25),
    upperQuartile: quantile(samples, 0.75),
    minimum: quantile(samples, 0),
    maximum: quantile(samples, 1),
  };
}
