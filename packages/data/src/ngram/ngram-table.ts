/**
 * N-grams by number: number 0 is the empty one, every other is a context (another n-gram) and a word after it. A context that the
 * model does not list itself is there without a probability (NaN).
 *
 * Seven typed arrays, whatever the order, and no object per n-gram: some 30 bytes each.
 */
export class NgramTable {
  #count = 1;
  #contexts: Int32Array;
  #words: Int32Array;
  #probabilities: Float32Array;
  #backoffs: Float32Array;
  /** The longest proper suffix that is there; -1 where nobody has asked yet. */
  #suffixes: Int32Array;
  #lengths: Uint8Array;
  /** Open addressing: numbers of n-grams by context and word, 0 where free. */
  #slots: Int32Array;

  /** @param expected how many n-grams will probably come */
  constructor(expected: number) {
    const room = Math.max(16, expected + 1);
    this.#contexts = new Int32Array(room);
    this.#words = new Int32Array(room);
    this.#probabilities = new Float32Array(room).fill(Number.NaN);
    this.#backoffs = new Float32Array(room);
    this.#suffixes = new Int32Array(room).fill(-1);
    this.#lengths = new Uint8Array(room);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(1.5 * room)));
  }

  /** Number of n-grams, the empty one included. */
  get count(): number {
    return this.#count;
  }

  /** The n-gram of a context and a word; -1 where there is none. */
  find(context: number, word: number): number {
    return this.#slots[this.#slotOf(context, word)]! || -1;
  }

  /** The same, added without a probability where it was not there. */
  findOrAdd(context: number, word: number): number {
    const slot = this.#slotOf(context, word);
    return this.#slots[slot]! || this.#add(context, word, slot);
  }

  /** Number of words. */
  lengthOf(ngram: number): number {
    return this.#lengths[ngram]!;
  }

  /** Logarithm to base 10; NaN where the model does not list it. */
  probabilityOf(ngram: number): number {
    return this.#probabilities[ngram]!;
  }

  /** Logarithm to base 10; 0 where the model gives none. */
  backoffOf(ngram: number): number {
    return this.#backoffs[ngram]!;
  }

  set(ngram: number, probability: number, backoff: number): void {
    this.#probabilities[ngram] = probability;
    this.#backoffs[ngram] = backoff;
  }

  /** The n-gram without its first word, or of that the longest end that is there. To be asked once all n-grams are added. */
  suffixOf(ngram: number): number {
    const known = this.#suffixes[ngram]!;
    if (known >= 0) return known;
    let suffix = 0;
    if (this.#lengths[ngram]! > 1) {
      let context = this.suffixOf(this.#contexts[ngram]!);
      suffix = this.find(context, this.#words[ngram]!);
      while (suffix < 0 && context > 0) {
        context = this.suffixOf(context);
        suffix = this.find(context, this.#words[ngram]!);
      }
      suffix = Math.max(0, suffix);
    }
    this.#suffixes[ngram] = suffix;
    return suffix;
  }

  /** Where the n-gram is, or would be put. */
  #slotOf(context: number, word: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(context, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const ngram = this.#slots[slot]!;
      if (ngram === 0 || (this.#contexts[ngram] === context && this.#words[ngram] === word)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #add(context: number, word: number, slot: number): number {
    const ngram = this.#count++;
    if (ngram === this.#contexts.length) this.#grow();
    this.#contexts[ngram] = context;
    this.#words[ngram] = word;
    this.#lengths[ngram] = this.#lengths[context]! + 1;
    this.#slots[slot] = ngram;
    if (3 * this.#count > 2 * this.#slots.length) this.#rehash();
    return ngram;
  }

  #grow(): void {
    const room = Math.ceil(1.5 * this.#contexts.length);
    const grown = <T extends Int32Array | Float32Array | Uint8Array>(larger: T, old: T): T => {
      larger.set(old);
      return larger;
    };
    this.#contexts = grown(new Int32Array(room), this.#contexts);
    this.#words = grown(new Int32Array(room), this.#words);
    this.#probabilities = grown(new Float32Array(room).fill(Number.NaN), this.#probabilities);
    this.#backoffs = grown(new Float32Array(room), this.#backoffs);
    this.#suffixes = grown(new Int32Array(room).fill(-1), this.#suffixes);
    this.#lengths = grown(new Uint8Array(room), this.#lengths);
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let ngram = 1; ngram < this.#count; ngram++) {
      this.#slots[this.#slotOf(this.#contexts[ngram]!, this.#words[ngram]!)] = ngram;
    }
  }
}
