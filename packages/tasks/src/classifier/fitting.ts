import { DataError, fnv1a, type LabelledText } from '@ostinato/data';
import { crossEntropy } from '@ostinato/losses';
import type { Tensor } from '@ostinato/tensor';
import type { FitEvent } from '@ostinato/train';
import type { FitRun } from '../shared/fit-run.js';
import { forgetful } from '../shared/forgetful.js';
import { trainNetwork } from '../shared/training.js';
import type { WordFeatures } from '../shared/word-features.js';
import type { ClassifierDescription } from './description.js';
import type { ClassifierNetwork } from './network.js';
import { classifierKind } from './options.js';
import type { ClassifierReport } from './report.js';
import { assertLabels, beginOf, checkLabelled, cut } from './texts.js';

/** What `SequenceClassifier.fit` hands over. */
export interface ClassifierFit extends FitRun<LabelledText> {
  readonly description: ClassifierDescription;
  readonly network: ClassifierNetwork;
  readonly features: WordFeatures;
  readonly evaluate: (texts: readonly LabelledText[]) => Promise<ClassifierReport>;
}

/** A text that is cut already. */
interface Example {
  readonly words: readonly string[];
  /** Index of its label. */
  readonly target: number;
}

/**
 * Trains a classifier from where its progress says; see `SequenceClassifier.fit`.
 * @throws DataError, naming the text, for texts that it cannot learn from; OstinatoError where training would go on with other
 * texts than it began with
 */
export async function* fitClassifier(
  texts: readonly LabelledText[],
  { description, network, features, evaluate, dev, ...run }: ClassifierFit,
): AsyncGenerator<FitEvent, void, undefined> {
  const { settings, words, labels } = description;
  checkLabelled('SequenceClassifier.fit', texts);
  if (dev) checkLabelled('SequenceClassifier.fit: dev', dev);
  assertLabels('SequenceClassifier.fit', texts);
  const examples = texts.map(({ text, label }, index): Example => {
    if (labels.has(label)) return { words: cut(text, settings.unit), target: labels.indexOf(label) };
    throw new DataError(
      `SequenceClassifier.fit: text ${index} (${beginOf(text)}) has the label '${label}', ` +
        'which no text given to create has; train with the same texts',
    );
  });
  const loss = (part: readonly Example[], epoch: number, batch: number): Tensor => {
    const { wordDropout, uniformWordDropout, seed } = settings;
    const forget = forgetful(words, wordDropout, seed, epoch, batch, uniformWordDropout);
    const input = features.batch(
      part.map((example) => example.words),
      network.backend,
      forget,
    );
    return crossEntropy(
      network.forward(input),
      part.map(({ target }) => target),
    );
  };
  yield* trainNetwork(network, {
    ...run,
    kind: classifierKind,
    noun: 'texts',
    settings,
    examples,
    lengthOf: (example) => example.words.length,
    fingerprint: fnv1a(JSON.stringify(texts.map(({ text, label }) => [text, label]))),
    loss,
    evaluate: dev && (async () => metricsOf(await evaluate(dev))),
  });
}

/** The numbers of a report that progress shows. */
function metricsOf({ accuracy, macroF1 }: ClassifierReport): Record<string, number> {
  return { accuracy, macroF1 };
}
