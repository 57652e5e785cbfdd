/** What a classifier says of one text. */
export interface ClassifiedText {
  readonly text: string;
  /** The most probable label. */
  readonly label: string;
  /** How probable the classifier holds it to be, from 0 to 1. */
  readonly probability: number;
  /** The same of every label; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A prediction from the probabilities of labels; of equal ones the first label is taken. */
export function predictionOf(
  text: string,
  labels: readonly string[],
  probabilities: ArrayLike<number>,
): ClassifiedText {
  let best = 0;
  for (let index = 1; index < labels.length; index++)
    if (probabilities[index]! > probabilities[best]!) best = index;
  return {
    text,
    label: labels[best]!,
    probability: probabilities[best]!,
    probabilities: Object.fromEntries(labels.map((label, index) => [label, probabilities[index]!])),
  };
}
