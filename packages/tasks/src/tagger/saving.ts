/** What writing a tagger needs. Loaded when one is saved: who only predicts does without. */
import type { Vocabulary, VocabularyJSON } from '@ostinato/data';
import type { Json } from '@ostinato/train';
import type { TaggerDescription } from './description.js';

export { encodeCheckpoint } from '@ostinato/train';

/**
 * As JSON, for a file.
 * @param epoch how many epochs were trained
 * @param fingerprint of the sentences that it is being trained on
 */
export function describeTagger(
  { settings, words, tags, intents, neighbours }: TaggerDescription,
  epoch: number,
  fingerprint: number | undefined,
): Json {
  const plain = (vocabulary: Vocabulary): VocabularyJSON => vocabulary.toJSON();
  const all = {
    task: 'tagger',
    settings,
    words: plain(words),
    tags: plain(tags),
    neighbours,
    epoch,
    fingerprint,
  };
  return JSON.parse(JSON.stringify(intents ? { ...all, intents: plain(intents) } : all));
}
