import { DataError, fnv1a, type TaggedSentence, type Vocabulary } from '@ostinato/data';
import type { FitEvent } from '@ostinato/train';
import type { FitRun } from '../shared/fit-run.js';
import { trainNetwork } from '../shared/training.js';
import type { WordFeatures } from '../shared/word-features.js';
import type { TaggerDescription } from './description.js';
import { taggerLoss } from './loss.js';
import type { TaggerNetwork } from './network.js';
import { taggerKind } from './options.js';
import type { TaggerReport } from './report.js';
import { assertAnyWords, beginOf, checkTagged } from './sentences.js';

/** What `SequenceTagger.fit` hands over. */
export interface TaggerFit extends FitRun<TaggedSentence> {
  readonly description: TaggerDescription;
  readonly network: TaggerNetwork;
  readonly features: WordFeatures;
  readonly evaluate: (sentences: readonly TaggedSentence[]) => Promise<TaggerReport>;
}

/**
 * Trains a tagger from where its progress says; see `SequenceTagger.fit`.
 * @throws DataError, naming the sentence, for sentences that it cannot learn from; OstinatoError where training would go on
 * with other sentences than it began with
 */
export async function* fitTagger(
  sentences: readonly TaggedSentence[],
  { description, network, features, evaluate, dev, ...run }: TaggerFit,
): AsyncGenerator<FitEvent, void, undefined> {
  checkTagged('SequenceTagger.fit', sentences);
  checkLabels('SequenceTagger.fit', sentences, description.tags, description.intents);
  if (dev) checkTagged('SequenceTagger.fit: dev', dev);
  assertAnyWords('SequenceTagger.fit', sentences);
  yield* trainNetwork(network, {
    ...run,
    kind: taggerKind,
    noun: 'sentences',
    settings: description.settings,
    examples: sentences,
    lengthOf: ({ words }) => words.length,
    fingerprint: fnv1a(JSON.stringify(sentences.map(({ words, tags, intent }) => [words, tags, intent]))),
    loss: (part, epoch, batch) => taggerLoss(network, description, features, part, epoch, batch),
    evaluate: dev && (async () => metricsOf(await evaluate(dev))),
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
