/** What was there, what was found, and what of both agrees. */
export interface Counts {
  /** In the reference. */
  readonly gold: number;
  /** Predicted. */
  readonly predicted: number;
  /** Predicted and in the reference. */
  readonly correct: number;
}

/** How well something was found. Rates are fractions from 0 to 1, not percent; 0 where nothing could be found. */
export interface Rates extends Counts {
  /** correct / predicted. */
  readonly precision: number;
  /** correct / gold. */
  readonly recall: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
}

/** Precision, recall and F1 (van Rijsbergen 1979) of counts. */
export function ratesOf({ gold, predicted, correct }: Counts): Rates {
  const precision = predicted === 0 ? 0 : correct / predicted;
  const recall = gold === 0 ? 0 : correct / gold;
  const f1 = correct === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, gold, predicted, correct };
}
