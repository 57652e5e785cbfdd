import { OstinatoError } from '@ostinato/kernel';
import { Lexicon } from './lexicon.js';

/**
 * Words that are expected more than others: names of a phone book, terms of a field. While one is being read, it has a part of its bonus
 * in advance, letter by letter, so that it is not pruned; where it is not completed, or goes on as another word, it loses that again. The
 * score of a result has the whole bonus for each of its hot words, and nothing else.
 */
export interface CtcHotWords {
  readonly words: readonly string[];
  /** What the score of a hypothesis gains for each of them that it has. Below 0 it makes them rarer. */
  readonly bonus: number;
}

/**
 * Hot words as beam search follows them, letter by letter. A beginning of hot words has its part of the bonus in advance: as many
 * letters as it has of those of the shortest hot word that begins so. Where the word turns into no hot word, or ends before one is
 * complete, it loses it again.
 */
export class HotWords {
  readonly bonus: number;
  readonly #words: Lexicon;
  /** What each node of the trie has in advance. */
  readonly #advances: Float64Array;

  /** Throws OstinatoError where the bonus is no number. */
  constructor({ words, bonus }: CtcHotWords) {
    if (!Number.isFinite(bonus)) {
      throw new OstinatoError(`CtcDecoder: the bonus of hot words must be a number, got ${bonus}`);
    }
    this.bonus = bonus;
    this.#words = new Lexicon(words);
    const depths = this.#words.depths();
    const shortest = new Int32Array(depths.length).fill(2 ** 31 - 1);
    for (let node = depths.length - 1; node > 0; node--) {
      if (this.#words.isWord(node)) shortest[node] = depths[node]!;
      const parent = this.#words.parentOf(node);
      shortest[parent] = Math.min(shortest[parent]!, shortest[node]!);
    }
    this.#advances = Float64Array.from(depths, (depth, node) => (bonus * depth) / shortest[node]!);
  }

  /** UTF-16 code units that hot words are written with. */
  codeUnits(): Set<number> {
    return this.#words.codeUnits();
  }

  /** The node after some more letters, 0 being the beginning of a word; -1 where no hot word begins so. */
  walk(node: number, letters: string): number {
    return this.#words.walk(node, letters);
  }

  /** What an unfinished word has of the bonus. */
  advance(node: number): number {
    return node > 0 ? this.#advances[node]! : 0;
  }

  /** What a word that ends at a node has. */
  earned(node: number): number {
    return this.#words.isWord(node) ? this.bonus : 0;
  }
}
