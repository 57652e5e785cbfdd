import type { LabelledText } from '@ostinato/data';
import { ConfusionMatrix, type Rates } from '@ostinato/train';
import type { ClassifiedText } from './prediction.js';

/** How well texts were classified. Rates are fractions from 0 to 1. */
export interface ClassifierReport {
  readonly accuracy: number;
  /** The mean of F1 over all labels that occur in the texts or in the answers, rare or frequent. */
  readonly macroF1: number;
  readonly texts: number;
  readonly byLabel: Readonly<Record<string, Rates>>;
  /** `counts[i][j]` texts of label `labels[i]` were taken for `labels[j]`. */
  readonly confusion: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
}

/**
 * Compares predictions with the labels of the texts. Labels that the classifier has never seen count as misses.
 * @param known the labels of the classifier
 */
export function reportOf(
  known: readonly string[],
  texts: readonly LabelledText[],
  predictions: readonly ClassifiedText[],
): ClassifierReport {
  const labels = [...new Set([...known, ...texts.map(({ label }) => label)])];
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const matrix = new ConfusionMatrix(labels);
  matrix.add(
    texts.map(({ label }) => indexOf.get(label)!),
    predictions.map(({ label }) => indexOf.get(label)!),
  );
  const rates = labels
    .map((label, index): [string, Rates] => [label, matrix.scores(index)])
    .filter(([, { gold, predicted }]) => gold + predicted > 0);
  const sum = rates.reduce((total, [, { f1 }]) => total + f1, 0);
  return {
    accuracy: matrix.accuracy,
    macroF1: rates.length === 0 ? 0 : sum / rates.length,
    texts: texts.length,
    byLabel: Object.fromEntries(rates),
    confusion: { labels, counts: matrix.toArray() },
  };
}
