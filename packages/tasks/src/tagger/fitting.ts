import { DataError, fnv1a, type TaggedSentence, type Vocabulary } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import type { Checkpoint, FitEvent } from '@ostinato/train';
import type { TaggerDescription } from './description.js';
import type { TaggerFeatures } from './features.js';
import type { TaggerNetwork } from './network.js';
import type { TaggerProgress } from './progress.js';
import type { TaggerReport } from './report.js';
import { assertAnyWords, beginOf, checkTagged } from './sentences.js';
import { trainNetwork } from './training.js';

/** What `SequenceTagger.fit` hands over. This module is loaded when `fit` is called: who only predicts does without. */
export interface TaggerFit {
  readonly description: TaggerDescription;
  readonly network: TaggerNetwork;
  readonly features: TaggerFeatures;
  /** Brought up to date as training goes on. */
  readonly progress: TaggerProgress;
  readonly dev: readonly TaggedSentence[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly evaluate: (sentences: readonly TaggedSentence[]) => Promise<TaggerReport>;
  /** Called whenever `progress` has a new checkpoint. */
  readonly save: () => Promise<void>;
}

/**
 * Trains a tagger from where its progress says; see `SequenceTagger.fit`.
 * @throws DataError, naming the sentence, for sentences that it cannot learn from; OstinatoError where training would go on
 * with other sentences than it began with
 */
export async function* fitTagger(
  sentences: readonly TaggedSentence[],
  { description, network, features, progress, dev, signal, evaluate, save }: TaggerFit,
): AsyncGenerator<FitEvent, void, undefined> {
  checkTagged('SequenceTagger.fit', sentences);
  checkLabels('SequenceTagger.fit', sentences, description.tags, description.intents);
  if (dev) checkTagged('SequenceTagger.fit: dev', dev);
  assertAnyWords('SequenceTagger.fit', sentences);
  recognise(progress, sentences);
  progress.start ??= { weights: await network.state() };
  yield* trainNetwork(network, {
    description,
    features,
    sentences: sentences.filter(({ words }) => words.length > 0),
    start: progress.start.training && progress.start,
    signal,
    evaluate: dev && (async () => metricsOf(await evaluate(dev))),
    save: (checkpoint) => {
      note(progress, checkpoint);
      return save();
    },
  });
}

/** Throws DataError, naming the sentence, for tags and intents that a tagger does not know. */
function checkLabels(
  where: string,
  sentences: readonly TaggedSentence[],
  tags: Vocabulary,
  intents: Vocabulary | undefined,
): void {
  for (const [index, { words, tags: own, intent }] of sentences.entries()) {
    const tag = own.find((label) => !tags.has(label));
    const strange = tag ?? (intents && intent !== undefined && !intents.has(intent) ? intent : undefined);
    if (strange === undefined) continue;
    throw new DataError(
      `${where}: sentence ${index} (${beginOf(words)}) has the ${tag === undefined ? 'intent' : 'tag'} '${strange}', ` +
        'which no sentence given to create has; train with the same sentences',
    );
  }
}

/** Notes which sentences training begins with. Throws OstinatoError where it would go on with others. */
function recognise(progress: TaggerProgress, sentences: readonly TaggedSentence[]): void {
  const found = fingerprint(sentences);
  if (progress.start?.training && progress.fingerprint !== undefined && progress.fingerprint !== found) {
    throw new OstinatoError(
      `tagger: training stopped in epoch ${progress.epoch} on other sentences than these ${sentences.length}; ` +
        'go on with the same ones, in the same order, or create a new tagger',
    );
  }
  progress.fingerprint = found;
}

/** A number by which the same sentences in the same order are recognised. */
function fingerprint(sentences: readonly TaggedSentence[]): number {
  return fnv1a(JSON.stringify(sentences.map(({ words, tags, intent }) => [words, tags, intent])));
}

function note(progress: TaggerProgress, checkpoint: Checkpoint): void {
  progress.start = checkpoint;
  progress.epoch = checkpoint.training!.position.epoch;
}

/** The numbers of a report that progress shows. */
function metricsOf({
  slotF1,
  precision,
  recall,
  tokenAccuracy,
  intentAccuracy,
}: TaggerReport): Record<string, number> {
  return { slotF1, precision, recall, tokenAccuracy, ...(intentAccuracy === null ? {} : { intentAccuracy }) };
}
