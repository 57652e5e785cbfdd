import { padBatch, type TaggedSentence, type Vocabulary } from '@ostinato/data';
import type { Backend } from '@ostinato/kernel';
import { type Tensor, tensor } from '@ostinato/tensor';

/** Stands for the intent of a sentence that has none; losses ignore it. */
export const NO_INTENT = -1;

/** Tags and intents of sentences as numbers, and back. */
export interface Targets {
  /** [batch, time] i32 */
  readonly tags: Tensor;
  /** [batch] i32; undefined where sentences have none. */
  readonly intents: Tensor | undefined;
}

/** The answers of a batch. Words and tags have equal lengths. */
export function targetsOf(
  sentences: readonly TaggedSentence[],
  tags: Vocabulary,
  intents: Vocabulary | undefined,
  backend: Backend,
): Targets {
  const padded = padBatch(sentences.map((sentence) => tags.encode(sentence.tags)));
  return {
    tags: tensor(padded.data, padded.shape, { backend }),
    intents:
      intents &&
      tensor(
        Int32Array.from(sentences, ({ intent }) =>
          intent === undefined ? NO_INTENT : intents.indexOf(intent),
        ),
        [sentences.length],
        { backend },
      ),
  };
}
