import { OstinatoError } from '@ostinato/kernel';
import { type CtcHotWords, HotWords } from './hot-words.js';
import type { WordLanguageModel } from './language-model.js';
import { Lexicon } from './lexicon.js';
import { checkBlank } from './log-probabilities.js';

/** What a decoder searches for, and how widely. */
export interface CtcDecoderOptions {
  /** How each class is written, by class; the blank's entry is not looked at. */
  symbols: readonly string[];
  /** Class of the blank. Default 0. */
  blank?: number | undefined;
  /** Prefixes that go on from frame to frame. Default 100. */
  beamWidth?: number | undefined;
  /** Of each frame only so many of the most probable symbols begin a longer prefix. Default: all. */
  topK?: number | undefined;
  /** Of each frame only symbols whose log probability is at least this begin a longer prefix. Default: all. */
  minLogProbability?: number | undefined;
  /** Frames whose blank is more probable than this, as 0.999, are taken as nothing but a blank. Default: none. */
  blankSkip?: number | undefined;
  /**
   * The symbol between words where symbols are letters; `null` where each symbol is a word. Default: a blank (' ') where that is a
   * symbol; else the whole text is one word.
   */
  separator?: string | null | undefined;
  /** Scores words as they end, and the end. Words are what stands between separators; empty ones do not count. */
  languageModel?: WordLanguageModel | undefined;
  /** What the language model's natural logarithms are multiplied by. Default 0.5. */
  languageModelWeight?: number | undefined;
  /** What the score gains for each word, since a language model prefers few. Default 0. */
  wordBonus?: number | undefined;
  /** Words that there are; nothing else is read, and an unfinished word is no result. */
  lexicon?: Lexicon | Iterable<string> | undefined;
  /** Words that are expected more than others. */
  hotWords?: CtcHotWords | undefined;
  /** How many hypotheses are wanted. Default 1. */
  nBest?: number | undefined;
}

/** Options that have been checked, with what follows from them. */
export interface DecoderSetup {
  readonly symbols: readonly string[];
  readonly blank: number;
  readonly beamWidth: number;
  readonly topK: number;
  readonly minLogProbability: number;
  /** Logarithm of `blankSkip`, infinite where no frame is skipped. */
  readonly blankSkip: number;
  /** Class of the separator; -1 where there is none. */
  readonly separator: number;
  readonly symbolsAreWords: boolean;
  readonly languageModel: WordLanguageModel | undefined;
  readonly languageModelWeight: number;
  readonly wordBonus: number;
  readonly lexicon: Lexicon | undefined;
  readonly hotWords: HotWords | undefined;
  readonly nBest: number;
}

/** Checks the options of a decoder. Throws OstinatoError, or IndexError for the blank, that names the option. */
export function decoderSetup(options: CtcDecoderOptions): DecoderSetup {
  const { symbols, blank = 0, languageModel, hotWords } = options;
  checkBlank('CtcDecoder', blank, symbols.length);
  checkSymbols(symbols, blank);
  const separator = separatorOf(options, blank);
  const { blankSkip, languageModelWeight = 0.5, wordBonus = 0, minLogProbability } = options;
  if (blankSkip !== undefined && !(blankSkip > 0 && blankSkip <= 1)) {
    throw wrong('blankSkip', blankSkip, 'a probability above 0');
  }
  if (!(languageModelWeight >= 0 && languageModelWeight < Number.POSITIVE_INFINITY)) {
    throw wrong('languageModelWeight', languageModelWeight, 'a number from 0');
  }
  if (!Number.isFinite(wordBonus)) throw wrong('wordBonus', wordBonus, 'a number');
  if (minLogProbability !== undefined && !(minLogProbability <= 0)) {
    throw wrong('minLogProbability', minLogProbability, 'a logarithm of a probability, at most 0');
  }
  if (languageModel && separator === -1 && options.separator !== null) {
    throw new OstinatoError(
      'CtcDecoder: a language model needs words; give the separator between them, or null where each symbol is a word',
    );
  }
  const setup: DecoderSetup = {
    symbols,
    blank,
    beamWidth: count('beamWidth', options.beamWidth ?? 100),
    topK: count('topK', options.topK ?? symbols.length),
    minLogProbability: minLogProbability ?? Number.NEGATIVE_INFINITY,
    blankSkip: blankSkip === undefined ? Number.POSITIVE_INFINITY : Math.log(blankSkip),
    separator,
    symbolsAreWords: options.separator === null,
    languageModel,
    languageModelWeight,
    wordBonus,
    lexicon: lexiconOf(options.lexicon),
    hotWords: hotWords && new HotWords(hotWords),
    nBest: count('nBest', options.nBest ?? 1),
  };
  checkSpelling(setup, hotWords);
  return setup;
}

/** Throws OstinatoError for what is no whole number from 1. */
export function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw wrong(name, value, 'a whole number from 1');
}

function wrong(name: string, value: unknown, expected: string): OstinatoError {
  return new OstinatoError(`CtcDecoder: ${name} must be ${expected}, got ${value}`);
}

function checkSymbols(symbols: readonly string[], blank: number): void {
  const classes = new Map<string, number>();
  for (const [index, symbol] of symbols.entries()) {
    if (index === blank) continue;
    const other = classes.get(symbol);
    if (symbol !== '' && other === undefined) classes.set(symbol, index);
    else {
      const what = symbol === '' ? 'is empty' : `is '${symbol}', as that of class ${other}`;
      throw new OstinatoError(
        `CtcDecoder: the symbol of class ${index} ${what}; give each class but the blank (${blank}) a symbol of its own, in the ` +
          "order of the network's output",
      );
    }
  }
}

function separatorOf({ symbols, separator }: CtcDecoderOptions, blank: number): number {
  if (separator === null) return -1;
  const found = symbols.findIndex((symbol, index) => index !== blank && symbol === (separator ?? ' '));
  if (found >= 0 || separator === undefined) return found;
  throw new OstinatoError(
    `CtcDecoder: the separator '${separator}' is none of the symbols; give the symbol that stands between words, ` +
      'or null where each symbol is a word',
  );
}

function lexiconOf(words: CtcDecoderOptions['lexicon']): Lexicon | undefined {
  if (words === undefined) return undefined;
  const lexicon = words instanceof Lexicon ? words : new Lexicon(words);
  if (lexicon.size > 0) return lexicon;
  throw new OstinatoError('CtcDecoder: the lexicon has no words; give some, or leave it out');
}

/** Throws OstinatoError for words that can never be read. */
function checkSpelling(setup: DecoderSetup, hotWords: CtcHotWords | undefined): void {
  const { symbols, blank, separator, lexicon } = setup;
  const spelled = symbols.filter((_, index) => index !== blank && index !== separator).join('');
  const known = new Set(Array.from({ length: spelled.length }, (_, index) => spelled.charCodeAt(index)));
  for (const [name, words] of [
    ['lexicon', lexicon],
    ['hot words', setup.hotWords],
  ] as const) {
    for (const unit of words?.codeUnits() ?? []) {
      if (known.has(unit)) continue;
      throw new OstinatoError(
        `CtcDecoder: the ${name} ${name === 'lexicon' ? 'has' : 'have'} '${String.fromCharCode(unit)}', with which no symbol within words is written; ` +
          'leave out words that the network cannot spell, or write them as it does',
      );
    }
  }
  const unknown = lexicon && hotWords?.words.find((word) => !lexicon.has(word));
  if (unknown === undefined) return;
  throw new OstinatoError(`CtcDecoder: the hot word '${unknown}' is not in the lexicon; add it there`);
}
