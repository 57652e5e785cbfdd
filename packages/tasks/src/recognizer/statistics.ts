import type { Frames } from '@ostinato/data';

/** Mean and deviation of each feature over recordings that are learnt from. Plain JSON. */
export interface FeatureStatistics {
  /** [features] */
  readonly mean: readonly number[];
  /** [features] */
  readonly deviation: readonly number[];
}

/** The least deviation that is divided by, so that a feature which never changes becomes 0 and not noise. */
const LEAST_DEVIATION = 1e-3;

/** Statistics of all frames together, to six digits. */
export function statisticsOf(recordings: Iterable<Frames>, size: number): FeatureStatistics {
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  let count = 0;
  for (const frames of recordings) {
    count += frames.count;
    for (let at = 0; at < frames.count * size; at++) {
      const value = frames.data[at]!;
      sums[at % size]! += value;
      squares[at % size]! += value * value;
    }
  }
  const short = (value: number): number => Number(value.toPrecision(6));
  const mean = Array.from(sums, (sum) => sum / Math.max(1, count));
  const deviation = Array.from(squares, (square, index) =>
    Math.sqrt(Math.max(0, square / Math.max(1, count) - mean[index]! ** 2)),
  );
  return {
    mean: mean.map(short),
    deviation: deviation.map((value) => short(Math.max(LEAST_DEVIATION, value))),
  };
}

/** Makes mean 0 and deviation 1, as far as frames are like those of the statistics, in place. */
export function normalize({ data, count, size }: Frames, { mean, deviation }: FeatureStatistics): void {
  for (let at = 0; at < count * size; at++) {
    const feature = at % size;
    data[at] = (data[at]! - mean[feature]!) / deviation[feature]!;
  }
}
