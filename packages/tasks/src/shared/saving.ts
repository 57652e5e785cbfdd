/** What writing a model needs. Loaded when one is saved: who only predicts does without. */
import type { Json } from '@ostinato/train';

export { encodeCheckpoint } from '@ostinato/train';

/** A description as JSON: vocabularies as they are read again, without what is undefined. */
export function plain(description: Readonly<Record<string, unknown>>): Json {
  return JSON.parse(JSON.stringify(description));
}
