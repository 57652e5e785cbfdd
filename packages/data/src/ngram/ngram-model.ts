import type { NgramTable } from './ngram-table.js';

/** What comes of a word after a state. */
export interface NgramScore {
  /** Natural logarithm of the word's probability. */
  readonly logProbability: number;
  /** The state after the word, to score the next one from. */
  readonly state: number;
}

/** The words before and after a sentence, and the one for words that a model does not know. */
export const SENTENCE_BEGIN = '<s>';
export const SENTENCE_END = '</s>';
export const UNKNOWN_WORD = '<unk>';

/**
 * A word n-gram language model with back-off (Katz 1987), as ARPA files hold it: `parseArpa` and `readArpa` make one.
 *
 * The probability of a word is that of the longest n-gram that ends in it and is listed, times the back-off weights of all
 * longer contexts. A word that the model does not know counts as `<unk>`, in contexts too. States are whole numbers: the longest
 * context that can matter for the next word. The same number means the same future.
 *
 * It is a word language model as CTC beam search of `@ostinato/losses` asks for one.
 *
 * @example
 * const { logProbability, state } = model.score(model.start, 'hello');
 * model.score(state, 'world').logProbability + model.end(state);
 */
export class NgramModel {
  /** Words of the longest n-grams. */
  readonly order: number;
  /** The state before the first word of a sentence. */
  readonly start: number;
  /** The state that knows nothing of what came before. */
  readonly empty = 0;
  readonly #table: NgramTable;
  readonly #words: ReadonlyMap<string, number>;
  readonly #unknown: number;

  /**
   * Use `parseArpa` or `readArpa`.
   * @param words numbers of the words that `table` is written in; `<s>`, `</s>` and `<unk>` are among them
   */
  constructor(order: number, table: NgramTable, words: ReadonlyMap<string, number>) {
    this.order = order;
    this.#table = table;
    this.#words = words;
    this.#unknown = words.get(UNKNOWN_WORD)!;
    this.start = this.#stateOf(table.find(0, words.get(SENTENCE_BEGIN)!));
  }

  /** Number of words, with `<s>`, `</s>` and `<unk>`. */
  get vocabularySize(): number {
    return this.#words.size;
  }

  /** Whether the model lists the word; of others `score` takes the probability of `<unk>`. */
  has(word: string): boolean {
    return this.#words.has(word);
  }

  /** The natural logarithm of a word's probability after a state, and the state after it. */
  score(state: number, word: string): NgramScore {
    const table = this.#table;
    const index = this.#words.get(word) ?? this.#unknown;
    let sum = 0;
    let next = -1;
    for (let context = state; ; context = table.suffixOf(context)) {
      const ngram = table.find(context, index);
      if (ngram >= 0) {
        if (next < 0) next = ngram;
        const probability = table.probabilityOf(ngram);
        if (!Number.isNaN(probability)) {
          sum += probability;
          break;
        }
      }
      sum += table.backoffOf(context);
    }
    return { logProbability: sum * Math.LN10, state: this.#stateOf(next) };
  }

  /** The natural logarithm of the probability that the sentence ends after a state. */
  end(state: number): number {
    return this.score(state, SENTENCE_END).logProbability;
  }

  /**
   * The natural logarithm of a sentence's probability, its end included.
   * @example Math.exp(-model.logProbability(words) / (words.length + 1))   // the perplexity
   */
  logProbability(words: readonly string[]): number {
    let state = this.start;
    let sum = 0;
    for (const word of words) {
      const scored = this.score(state, word);
      sum += scored.logProbability;
      state = scored.state;
    }
    return sum + this.end(state);
  }

  /** What of an n-gram can be a context: one of the full order ends no longer n-gram. */
  #stateOf(ngram: number): number {
    return this.#table.lengthOf(ngram) < this.order ? ngram : this.#table.suffixOf(ngram);
  }
}
