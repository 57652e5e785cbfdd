import { padBatch, Random, type TaggedSentence, TrigramHasher, type Vocabulary } from '@ostinato/data';
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
  readonly #trigrams = new Map<string, Int32Array>();

  constructor(
    readonly vocabulary: Vocabulary,
    shape: Pick<TaggerShape, 'buckets'>,
  ) {
    this.#hasher = new TrigramHasher({ buckets: shape.buckets });
  }

  /**
   * @param sentences words of each sentence, at least one
   * @param forget tells whether a word is to be read as OTHER this time
   */
  batch(
    sentences: readonly (readonly string[])[],
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
    const spelled = [...rows.keys()].map((word) => this.#trigramsOf(word));
    const width = Math.max(1, ...spelled.map((ids) => ids.length));
    const trigrams = new Int32Array(spelled.length * width);
    const weights = new Float32Array(spelled.length * width);
    spelled.forEach((ids, row) => {
      trigrams.set(ids, row * width);
      weights.fill(1 / ids.length, row * width, row * width + ids.length);
    });
    return {
      words: tensor(padded.data, padded.shape),
      lengths: tensor(padded.lengths),
      spelling: tensor(spelling.data, spelling.shape),
      trigrams: tensor(trigrams, [spelled.length, width]),
      trigramWeights: tensor(weights, [spelled.length, width]),
    };
  }

  /** Trigrams of the word with its digits made alike, so that "10:30" and "11:45" look the same. */
  #trigramsOf(word: string): Int32Array {
    let found = this.#trigrams.get(word);
    if (!found) {
      found = this.#hasher.encode(word.replace(/\p{Nd}/gu, '0'));
      this.#trigrams.set(word, found);
    }
    return found;
  }
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
): Targets {
  const padded = padBatch(sentences.map((sentence) => tags.encode(sentence.tags)));
  return {
    tags: tensor(padded.data, padded.shape),
    intents:
      intents &&
      tensor(
        Int32Array.from(sentences, ({ intent }) =>
          intent === undefined ? NO_INTENT : intents.indexOf(intent),
        ),
      ),
  };
}
