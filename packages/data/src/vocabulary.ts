import { DataError } from './errors.js';

/** The token that fills up short sequences; index 0 of a vocabulary that has padding. */
export const PADDING = '<pad>';

/** The token that stands for every word never seen: the "other" dimension of the lecture (L2). */
export const OTHER = '<other>';

/** How {@link Vocabulary.build} chooses its entries. */
export interface VocabularyOptions {
  /** Tokens seen fewer times are left out and become OTHER. Default 1. */
  minCount?: number;
  /** Most entries, padding and OTHER included; the rarest tokens are left out. Default: no limit. */
  maxSize?: number;
  /** Whether index 0 is `<pad>`. Default true. */
  padding?: boolean;
  /** Whether unknown tokens map to `<other>` (index 1, or 0 without padding). Default true. */
  other?: boolean;
}

/** A vocabulary as plain JSON: `tokens[i]` has index i and was counted `counts[i]` times. */
export interface VocabularyJSON {
  padding: boolean;
  other: boolean;
  tokens: string[];
  counts: number[];
}

/**
 * Words and their indices (L2). Index 0 is padding, index 1 is OTHER, the words follow by count, most frequent first,
 * equal counts in order of first occurrence: the same text always gives the same indices.
 *
 * @example
 * const words = Vocabulary.build([['to', 'taipei'], ['to', 'rome']]);
 * words.encode(['to', 'oslo']);   // Int32Array [2, 1]
 */
export class Vocabulary implements Iterable<string> {
  /** Index of `<pad>`, always 0; undefined in a vocabulary without padding. */
  readonly paddingIndex: number | undefined;
  /** Index of `<other>`; undefined in a vocabulary without OTHER. */
  readonly otherIndex: number | undefined;
  readonly #tokens: readonly string[];
  readonly #counts: readonly number[];
  readonly #indices: ReadonlyMap<string, number>;

  private constructor({ padding, other, tokens, counts }: VocabularyJSON) {
    this.#tokens = tokens;
    this.#counts = counts;
    this.#indices = new Map(tokens.map((token, index) => [token, index]));
    this.paddingIndex = padding ? 0 : undefined;
    this.otherIndex = other ? Number(padding) : undefined;
  }

  /**
   * Counts the tokens of `source`, an iterable of tokens or of token lists, and numbers them.
   * Literal `<pad>` and `<other>` in the source are the reserved entries, not words; `<other>` is counted as such.
   * @throws DataError when `minCount` is not a number from 0, or `maxSize` leaves no room for the reserved entries
   */
  static build(source: Iterable<string | Iterable<string>>, options: VocabularyOptions = {}): Vocabulary {
    const { minCount = 1, maxSize = Number.POSITIVE_INFINITY, padding = true, other = true } = options;
    const reserved = reservedTokens(padding, other);
    if (!(maxSize >= reserved.length)) {
      throw new DataError(
        `vocabulary: maxSize ${maxSize} leaves no room for ${reserved.join(' and ')}; give ${reserved.length} or more`,
      );
    }
    if (!(minCount >= 0)) {
      throw new DataError(`vocabulary: minCount must be a number from 0, got ${minCount}`);
    }
    const counts = new Map<string, number>();
    const count = (token: string) => counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const item of source) {
      if (typeof item === 'string') count(item);
      else for (const token of item) count(token);
    }
    // Maps keep the order of insertion and sort is stable, so equal counts stay in order of first occurrence.
    const words = [...counts]
      .filter(([token, times]) => times >= minCount && !reserved.includes(token))
      .sort((a, b) => b[1] - a[1])
      .slice(0, maxSize - reserved.length);
    let leftOut = 0;
    for (const [token, times] of counts) if (token !== PADDING || !padding) leftOut += times;
    for (const [, times] of words) leftOut -= times;
    const heads = reserved.map((token) => (token === OTHER ? leftOut : 0));
    return new Vocabulary({
      padding,
      other,
      tokens: [...reserved, ...words.map(([token]) => token)],
      counts: [...heads, ...words.map(([, times]) => times)],
    });
  }

  /** Reads what {@link toJSON} wrote; throws a `DataError` that names the first thing wrong with it. */
  static fromJSON(value: unknown): Vocabulary {
    return new Vocabulary(validate(value));
  }

  /** Number of entries, padding and OTHER included: the rows of an embedding table. */
  get size(): number {
    return this.#tokens.length;
  }

  /** Whether the token has an entry of its own. */
  has(token: string): boolean {
    return this.#indices.has(token);
  }

  /** Index of a token; that of OTHER when it is unknown; throws when the vocabulary has no OTHER. */
  indexOf(token: string): number {
    const index = this.#indices.get(token) ?? this.otherIndex;
    if (index === undefined) {
      throw new DataError(
        `vocabulary: '${token}' is not among its ${this.size} entries and it has no ${OTHER}; ` +
          'ask has() first, or build the vocabulary with other: true',
      );
    }
    return index;
  }

  /** The token at an index; throws when there is none. */
  tokenOf(index: number): string {
    const token = this.#tokens[index];
    if (token === undefined) throw this.#outOfRange(index);
    return token;
  }

  /** How often a token was seen while building: 0 for unknown ones; for `<other>`, all tokens that were left out. */
  count(token: string): number {
    const index = this.#indices.get(token);
    return index === undefined ? 0 : (this.#counts[index] as number);
  }

  /** Indices of tokens `[T]`. */
  encode(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => this.indexOf(token));
  }

  /** Tokens of indices; padding and OTHER come back as `<pad>` and `<other>`. */
  decode(indices: ArrayLike<number>): string[] {
    return Array.from(indices, (index) => this.tokenOf(index));
  }

  /** The 1-of-N encoding of an index (L2): `[size]`, one 1 and otherwise 0. */
  oneHot(index: number): Float32Array {
    if (this.#tokens[index] === undefined) throw this.#outOfRange(index);
    const vector = new Float32Array(this.size);
    vector[index] = 1;
    return vector;
  }

  /** A copy as plain JSON, for {@link Vocabulary.fromJSON}. */
  toJSON(): VocabularyJSON {
    return {
      padding: this.paddingIndex !== undefined,
      other: this.otherIndex !== undefined,
      tokens: [...this.#tokens],
      counts: [...this.#counts],
    };
  }

  /** All tokens by index. */
  [Symbol.iterator](): Iterator<string> {
    return this.#tokens[Symbol.iterator]();
  }

  #outOfRange(index: number): DataError {
    return new DataError(
      `vocabulary: no entry ${index}; indices are whole numbers from 0 to ${this.size - 1}`,
    );
  }
}

function reservedTokens(padding: boolean, other: boolean): string[] {
  return [...(padding ? [PADDING] : []), ...(other ? [OTHER] : [])];
}

function validate(value: unknown): VocabularyJSON {
  const fail = (problem: string) =>
    new DataError(`vocabulary: ${problem}; the file is damaged or was not written by Vocabulary.toJSON`);
  if (typeof value !== 'object' || value === null) throw fail(`expected an object, got ${String(value)}`);
  const { padding, other, tokens, counts } = value as Partial<Record<keyof VocabularyJSON, unknown>>;
  if (typeof padding !== 'boolean' || typeof other !== 'boolean') {
    throw fail('"padding" and "other" must be true or false');
  }
  if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) {
    throw fail('"tokens" must be an array of strings');
  }
  if (!Array.isArray(counts) || !counts.every((times) => Number.isInteger(times) && times >= 0)) {
    throw fail('"counts" must be an array of whole numbers from 0');
  }
  if (counts.length !== tokens.length) throw fail(`${tokens.length} tokens but ${counts.length} counts`);
  reservedTokens(padding, other).forEach((token, index) => {
    if (tokens[index] !== token) throw fail(`entry ${index} must be '${token}', it is '${tokens[index]}'`);
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (seen.has(token)) throw fail(`'${token}' occurs twice in "tokens"`);
    seen.add(token);
  }
  return { padding, other, tokens: [...tokens], counts: [...counts] };
}
