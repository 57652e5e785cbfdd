/** Where a symbol lies in a recording. */
export interface CtcSegment {
  /** Its class. */
  readonly symbol: number;
  /** The first frame. */
  readonly start: number;
  /** The frame after the last. */
  readonly end: number;
  /** Geometric mean of the symbol's probabilities at its frames, from 0 to 1. */
  readonly confidence: number;
}

/**
 * A segment over frames of a path.
 * @param logProbabilities `[frames, classes]`
 */
export function segmentOf(
  logProbabilities: Float32Array,
  classes: number,
  symbol: number,
  start: number,
  end: number,
): CtcSegment {
  let sum = 0;
  for (let frame = start; frame < end; frame++) sum += logProbabilities[frame * classes + symbol]!;
  return { symbol, start, end, confidence: Math.min(1, Math.exp(sum / (end - start))) };
}
