import { padBatch, TrigramHasher, type Vocabulary } from '@ostinato/data';
import type { Backend } from '@ostinato/kernel';
import { type Tensor, tensor } from '@ostinato/tensor';
import type { WordShape } from './options.js';

/** A batch of sentences as tensors. */
export interface WordBatch {
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

/** What a network reads out of words. */
export class WordFeatures {
  readonly #hasher: TrigramHasher;

  constructor(
    readonly vocabulary: Vocabulary,
    shape: Pick<WordShape, 'buckets'>,
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
  ): WordBatch {
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
