import type { CtcSegment } from '@ostinato/losses';
import type { SymbolTable } from './symbols.js';

/** A symbol or word with the time at which it is heard. */
export interface TimedText {
  readonly text: string;
  /** Seconds from the beginning of the recording. */
  readonly start: number;
  readonly end: number;
  /** Geometric mean of the probabilities at its steps, from 0 to 1. */
  readonly confidence: number;
}

/** A text that a recording may hold. */
export interface Alternative {
  readonly text: string;
  /** Natural logarithm of its probability, with what language model, bonuses and hot words add. */
  readonly score: number;
}

/** What was recognised in a recording. */
export interface Recognition {
  readonly text: string;
  /** The symbols of the text, on the likeliest path that spells it. */
  readonly symbols: readonly TimedText[];
  /** The words of the text. */
  readonly words: readonly TimedText[];
  /** The likeliest texts, the likeliest first: as many as were asked for. Without a beam only the text itself. */
  readonly alternatives: readonly Alternative[];
}

/** What nothing is recognised in. */
export const silence: Recognition = {
  text: '',
  symbols: [],
  words: [],
  alternatives: [{ text: '', score: 0 }],
};

/** A recognition out of symbols at steps. */
export function recognitionOf(
  segments: readonly CtcSegment[],
  table: SymbolTable,
  secondsPerStep: number,
  alternatives: readonly Alternative[],
): Recognition {
  const symbols = segments.map(
    ({ symbol, start, end, confidence }): TimedText => ({
      text: table.textOf([symbol]),
      start: rounded(start * secondsPerStep),
      end: rounded(end * secondsPerStep),
      confidence,
    }),
  );
  const text = table.textOf(segments.map(({ symbol }) => symbol));
  return { text, symbols, words: wordsOf(symbols, table.separator), alternatives };
}

/** To microseconds, without the noise of binary fractions. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** Words out of symbols; of a word without separator each symbol is one. */
function wordsOf(symbols: readonly TimedText[], separator: string | null): TimedText[] {
  if (separator === null) return [...symbols];
  const words: TimedText[] = [];
  let letters: TimedText[] = [];
  const finish = (): void => {
    if (letters.length === 0) return;
    const logs = letters.reduce((sum, { confidence }) => sum + Math.log(confidence), 0);
    words.push({
      text: letters.map(({ text }) => text).join(''),
      start: letters[0]!.start,
      end: letters.at(-1)!.end,
      confidence: Math.exp(logs / letters.length),
    });
    letters = [];
  };
  for (const symbol of symbols) {
    if (symbol.text === separator) finish();
    else letters.push(symbol);
  }
  finish();
  return words;
}
