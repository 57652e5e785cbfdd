import { OstinatoError } from '@ostinato/kernel';
import { LabelledTree } from './labelled-tree.js';

/**
 * Words that share their beginnings (a trie): which letters may come next is one look-up. Nodes are whole numbers, 0 is the
 * beginning of a word, -1 where no word begins so.
 *
 * A lexicon can be given to many decoders.
 *
 * @throws OstinatoError for a word without letters
 * @example new CtcDecoder({ symbols, lexicon: new Lexicon(['yes', 'no']) });
 */
export class Lexicon {
  readonly #tree = new LabelledTree();
  #ends = new Uint8Array(this.#tree.room);
  #size = 0;

  constructor(words: Iterable<string>) {
    for (const word of words) this.#add(word);
  }

  /** Number of different words. */
  get size(): number {
    return this.#size;
  }

  /** Number of nodes. */
  get nodes(): number {
    return this.#tree.count;
  }

  /** Whether the word is there. */
  has(word: string): boolean {
    return this.isWord(this.walk(0, word));
  }

  /** The node after some more letters. */
  walk(node: number, letters: string): number {
    let reached = node;
    for (let index = 0; index < letters.length && reached >= 0; index++) {
      reached = this.#tree.child(reached, letters.charCodeAt(index));
    }
    return reached;
  }

  /** Whether a word ends at a node. */
  isWord(node: number): boolean {
    return node > 0 && this.#ends[node] === 1;
  }

  /** The node before the last letter of another. */
  parentOf(node: number): number {
    return this.#tree.parents[node]!;
  }

  /** Number of letters from the beginning to each node, UTF-16 code units, `[nodes]`. */
  depths(): Int32Array {
    const depths = new Int32Array(this.nodes);
    for (let node = 1; node < this.nodes; node++) depths[node] = depths[this.parentOf(node)]! + 1;
    return depths;
  }

  /** UTF-16 code units that words are written with. */
  codeUnits(): Set<number> {
    return new Set(this.#tree.labels.subarray(1, this.nodes));
  }

  #add(word: string): void {
    if (word === '') throw new OstinatoError('Lexicon: a word has no letters; leave empty words out');
    let node = 0;
    for (let index = 0; index < word.length; index++) {
      node = this.#tree.childOrAdd(node, word.charCodeAt(index));
    }
    if (this.#ends.length < this.#tree.room) {
      const grown = new Uint8Array(this.#tree.room);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    if (this.#ends[node] === 0) this.#size++;
    this.#ends[node] = 1;
  }
}
