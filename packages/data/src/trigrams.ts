import { DataError } from './errors.js';
import { fnv1a } from './hash.js';

/** How a {@link TrigramHasher} cuts and hashes words. */
export interface TrigramOptions {
  /** Number of buckets that n-grams are hashed to; ids run from 1 to this number, 0 is padding. */
  buckets: number;
  /** Letters per n-gram. Default 3. */
  n?: number;
  /** Whether words are lowered first. Default true. */
  lowerCase?: boolean;
}

/**
 * The bucket ids of a batch of sentences, ready for an embedding bag: look up `ids` in a table of `hasher.size` rows,
 * multiply by `mask`, add up over W and, for the mean, divide by `counts`.
 */
export interface TrigramBatch {
  /** `[B, T, W]` as {@link shape} says: bucket ids, 0 where there is none. */
  ids: Int32Array;
  /** `[B, T, W]`: 1 where `ids` holds an n-gram, 0 where it is padding. */
  mask: Float32Array;
  /** `[B, T]`: n-grams of each word, 0 past the end of a sentence. */
  counts: Int32Array;
  /** Sentences, words of the longest sentence, n-grams of the longest word. */
  shape: [batch: number, time: number, width: number];
  /** W, the number of n-grams of the longest word. */
  width: number;
}

/**
 * The letter n-grams of a word between boundary marks; a word too short for one gives the whole marked word.
 *
 * @example letterNgrams('hello', 4)   // ['#hel', 'hell', 'ello', 'llo#']
 */
export function letterNgrams(word: string, n: number): string[] {
  const letters = [...`#${word}#`];
  if (letters.length <= n) return [letters.join('')];
  return Array.from({ length: letters.length - n + 1 }, (_, start) =>
    letters.slice(start, start + n).join(''),
  );
}

/**
 * The letter trigrams of a word between boundary marks (L2: word hashing; Huang et al. 2013).
 *
 * @example letterTrigrams('hello')   // ['#he', 'hel', 'ell', 'llo', 'lo#']
 */
export function letterTrigrams(word: string): string[] {
  return letterNgrams(word, 3);
}

/**
 * Turns words, also never seen ones, into ids of their letter n-grams (L2), hashed with {@link fnv1a} to a fixed number
 * of buckets. It has no state but its options: the same options give the same ids, always and everywhere.
 *
 * @example
 * const hasher = new TrigramHasher({ buckets: 2000 });
 * hasher.encode('taipei');                                // 6 ids from 1 to 2000
 * hasher.encodeBatch([['to', 'taipei'], ['hello']]);     // shape [2, 2, 6]
 */
export class TrigramHasher {
  readonly buckets: number;
  readonly n: number;
  readonly lowerCase: boolean;
  readonly #cache = new Map<string, number>();

  constructor({ buckets, n = 3, lowerCase = true }: TrigramOptions) {
    if (!Number.isInteger(buckets) || buckets < 1 || buckets > 2 ** 31 - 1) {
      throw new DataError(
        `trigram hasher: buckets must be a whole number from 1 to 2^31 - 1, got ${buckets}`,
      );
    }
    if (!Number.isInteger(n) || n < 1) {
      throw new DataError(`trigram hasher: n must be a whole number from 1, got ${n}`);
    }
    this.buckets = buckets;
    this.n = n;
    this.lowerCase = lowerCase;
  }

  /** Rows that an embedding table for these ids needs: the buckets and the padding row 0. */
  get size(): number {
    return this.buckets + 1;
  }

  /** Bucket ids of the word's n-grams, in order, each from 1 to `buckets`. Never empty. */
  encode(word: string): Int32Array {
    const ngrams = letterNgrams(this.lowerCase ? word.toLowerCase() : word, this.n);
    return Int32Array.from(ngrams, (ngram) => this.#idOf(ngram));
  }

  /** Counts of the word's n-grams, `[buckets]`: element i belongs to id i + 1. */
  vector(word: string): Float32Array {
    const vector = new Float32Array(this.buckets);
    for (const id of this.encode(word)) vector[id - 1] = (vector[id - 1] as number) + 1;
    return vector;
  }

  /**
   * Bucket ids of a batch of sentences, padded with 0 to the longest sentence and the longest word.
   * With `length`, T is that many words; throws when a sentence is longer.
   */
  encodeBatch(sentences: readonly (readonly string[])[], options: { length?: number } = {}): TrigramBatch {
    const encoded = sentences.map((words) => words.map((word) => this.encode(word)));
    let longest = 0;
    let width = 0;
    for (const words of encoded) {
      longest = Math.max(longest, words.length);
      for (const ids of words) width = Math.max(width, ids.length);
    }
    const time = options.length ?? longest;
    if (longest > time) {
      throw new DataError(
        `trigram hasher: a sentence of ${longest} words does not fit in length ${time}; ` +
          'cut it, or give a larger length',
      );
    }
    const ids = new Int32Array(sentences.length * time * width);
    const mask = new Float32Array(ids.length);
    const counts = new Int32Array(sentences.length * time);
    encoded.forEach((words, row) => {
      words.forEach((wordIds, position) => {
        const cell = row * time + position;
        counts[cell] = wordIds.length;
        ids.set(wordIds, cell * width);
        mask.fill(1, cell * width, cell * width + wordIds.length);
      });
    });
    return { ids, mask, counts, shape: [sentences.length, time, width], width };
  }

  #idOf(ngram: string): number {
    let id = this.#cache.get(ngram);
    if (id === undefined) {
      id = (fnv1a(ngram) % this.buckets) + 1;
      this.#cache.set(ngram, id);
    }
    return id;
  }
}
