/** How text is cut into tokens. */
export interface TokenizeOptions {
  /** Whether tokens are lowered. Default true. */
  lowerCase?: boolean;
  /** Whether `'s`, `'d`, `'ll`, `'re`, `'ve` and `'m` become tokens of their own. Default false: "i'd" is one word. */
  splitClitics?: boolean;
}

/** A token and where it stands: `text.slice(start, end)` is the token as it was written. */
export interface TokenWithOffsets {
  /** The token, lowered if asked for, a typographic apostrophe written as `'`. */
  token: string;
  /** First character in the original text, in UTF-16 code units as in `slice`. */
  start: number;
  /** One past its last character. */
  end: number;
}

/** Letters, marks and digits, but not Chinese ones: those are cut by character. */
const LETTER = String.raw`(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}_])`;

/** What counts as one token; the first alternative that matches wins. */
const TOKEN = new RegExp(
  [
    // Times, decimal numbers, thousands, with what is attached: 10:30, 3.14, 1,000, 2nd, 10:30am, 747s
    String.raw`\p{N}+(?:[.,:]\p{N}+)*(?:${LETTER}+)?`,
    // Letters with points between them: u.s., p.m.
    String.raw`\p{L}(?:\.\p{L})+(?:\.|(?![\p{L}\p{N}]))`,
    // Abbreviations that keep their point: st. louis
    String.raw`\b(?:st|mt|ft|mr|mrs|ms|dr|jr|sr)\.(?=\s+\p{L})`,
    // Chinese
    String.raw`\p{Script=Han}`,
    // Words, also with digits, inner apostrophes and inner hyphens: o'clock, dl1055, round-trip
    String.raw`${LETTER}+(?:['’\-]${LETTER}+)*`,
    // A clitic that stands alone: boston 's
    String.raw`['’](?:s|d|ll|re|ve|m)\b`,
    // Anything else is a token by itself
    String.raw`\S`,
  ].join('|'),
  'giu',
);

const CLITIC = /^(.+?)(['’](?:s|d|ll|re|ve|m))$/iu;

/**
 * Cuts a sentence into words, numbers and punctuation marks. "o'clock", "i'd", "10:30", "3.50" and "round-trip" stay
 * whole; other scripts are cut at blanks and marks, Chinese by character.
 *
 * @example tokenize("I'd like to arrive Taipei at 10:30.")   // ["i'd", 'like', 'to', 'arrive', 'taipei', 'at', '10:30', '.']
 */
export function tokenize(text: string, options: TokenizeOptions = {}): string[] {
  return tokenizeWithOffsets(text, options).map(({ token }) => token);
}

/** Like {@link tokenize}, with the place of each token in the original text. */
export function tokenizeWithOffsets(text: string, options: TokenizeOptions = {}): TokenWithOffsets[] {
  const { lowerCase = true, splitClitics = false } = options;
  const tokens: TokenWithOffsets[] = [];
  const push = (written: string, start: number) => {
    const straight = written.replaceAll('’', "'");
    const token = lowerCase ? straight.toLowerCase() : straight;
    tokens.push({ token, start, end: start + written.length });
  };
  for (const match of text.matchAll(TOKEN)) {
    const written = match[0];
    const start = match.index as number;
    const parts = splitClitics ? CLITIC.exec(written) : null;
    if (parts) {
      const [, stem, clitic] = parts as unknown as [string, string, string];
      push(stem, start);
      push(clitic, start + stem.length);
    } else {
      push(written, start);
    }
  }
  return tokens;
}
