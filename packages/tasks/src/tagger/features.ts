import { padBatch, Random, type TaggedSentence, TrigramHasher, type Vocabulary } from '@ostinato/data';
import type { Backend } from '@ostinato/kernel';
import { type Tensor, tensor } from '@ostinato/tensor';
import type { TaggerShape } from './options.js';

/** A batch of sentences as tensors. */
export interface TaggerBatch {
  /** [batch, time] i32 */
  readonly words: Tensor;
  /** [batch] i32 */
  readonly lengths: Tensor;
  /** [batch, time] i32: which row of `trigrams` spells the word. */
  readonly spelling: Tensor;
  /** [different words, width] i32 */
  readonly trigrams: Tensor;
  /** [different words, width]: 1 / count where there is a trigram, else 0. */
  readonly trigramWeights: Tensor;
}

/** What a tagger reads out of words. */
export class TaggerFeatures {
  readonly #hasher: TrigramHasher;

  constructor(
    readonly vocabulary: Vocabulary,
    shape: Pick<TaggerShape, 'buckets'>,
  ) {
    this.#hasher = new TrigramHasher({ buckets: shape.buckets });
  }

  /**
   * @param sentences words of each sentence; at least one sentence has a word
   * @param backend where the tensors are made
   * @param forget tells whether a word is to be read as OTHER this time
   */
  batch(
    sentences: readonly (readonly string[])[],
    backend: Backend,
    forget: (word: string) => boolean = () => false,
  ): TaggerBatch {
    const { vocabulary } = this;
    const other = vocabulary.otherIndex ?? 0;
    const padded = padBatch(
      sentences.map((words) => words.map((word) => (forget(word) ? other : vocabulary.indexOf(word)))),
    );
    const rows = new Map<string, number>();
    const spelling = padBatch(
      sentences.map((words) =>
        words.map((word) => {
          const row = rows.get(word) ?? rows.size;
          rows.set(word, row);
          return row;
        }),
      ),
    );
    const { ids, mask, counts, width } = this.#hasher.encodeBatch([[...rows.keys()].map(withoutDigits)]);
    const weights = mask.map((one, at) => one / counts[Math.floor(at / width)]!);
    return {
      words: tensor(padded.data, padded.shape, { backend }),
      lengths: tensor(padded.lengths, [sentences.length], { backend }),
      spelling: tensor(spelling.data, spelling.shape, { backend }),
      trigrams: tensor(ids, [rows.size, width], { backend }),
      trigramWeights: tensor(weights, [rows.size, width], { backend }),
    };
  }
}

/** The word with its digits made alike, so that "10:30" and "11:45" are spelled the same. */
function withoutDigits(word: string): string {
  return word.replace(/\p{Nd}/gu, '0');
}

/** Words to be read as OTHER: rare ones often, frequent ones seldom; the same for the same seed, epoch and batch. */
export function forgetful(
  vocabulary: Vocabulary,
  strength: number,
  seed: number,
  epoch: number,
  batch: number,
): (word: string) => boolean {
  const random = new Random(seed, epoch, batch);
  return (word) => {
    const draw = random.next();
    return draw < strength / (strength + (vocabulary.has(word) ? vocabulary.count(word) : 0));
  };
}

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
