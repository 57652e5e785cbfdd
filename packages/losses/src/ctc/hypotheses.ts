import type { Beam } from './beam.js';
import type { DecoderSetup } from './decoder-options.js';
import type { WordScorer } from './word-scorer.js';

/** Something that was perhaps said or written. */
export interface CtcHypothesis {
  /** Classes, without blanks; `ctcAlign` finds where they lie. */
  readonly symbols: readonly number[];
  /** The symbols as they are written; where each is a word, with blanks between. */
  readonly text: string;
  /** What stands between separators, without empty words. */
  readonly words: readonly string[];
  /** `acousticScore` + weight · `languageModelScore` + the bonuses of words and hot words: what hypotheses are ordered by. */
  readonly score: number;
  /** Natural logarithm of the probability of all paths of the beam that stand for the symbols. */
  readonly acousticScore: number;
  /** Natural logarithm of the language model's probability, unweighted; 0 without one. */
  readonly languageModelScore: number;
}

/** The best prefix of a beam, whose last word need not have ended; undefined where the beam is empty. */
export function bestSoFar(setup: DecoderSetup, beam: Beam): CtcHypothesis | undefined {
  const { scores, modelScores } = beam.prefixes;
  let best = -1;
  let score = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < beam.count; slot++) {
    const own = beam.acousticOf(slot) + scores[beam.prefixOf(slot)]!;
    if (own > score) [best, score] = [slot, own];
  }
  if (best < 0) return undefined;
  return hypothesisOf(setup, beam, best, score, modelScores[beam.prefixOf(best)]!);
}

/** The best prefixes of a beam after which nothing comes, best first. */
export function bestHypotheses(
  setup: DecoderSetup,
  scorer: WordScorer,
  beam: Beam,
  nBest: number,
): CtcHypothesis[] {
  return Array.from({ length: beam.count }, (_, slot) => {
    const { score, modelScore } = scorer.finish(beam.prefixes, beam.prefixOf(slot));
    return { slot, score: beam.acousticOf(slot) + score, modelScore };
  })
    .filter(({ score }) => score > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.score - a.score)
    .slice(0, nBest)
    .map(({ slot, score, modelScore }) => hypothesisOf(setup, beam, slot, score, modelScore));
}

function hypothesisOf(
  setup: DecoderSetup,
  beam: Beam,
  slot: number,
  score: number,
  languageModelScore: number,
): CtcHypothesis {
  const symbols = beam.prefixes.symbolsOf(beam.prefixOf(slot));
  const words = wordsOf(setup, symbols);
  const text = setup.symbolsAreWords
    ? words.join(' ')
    : symbols.map((symbol) => setup.symbols[symbol]!).join('');
  return { symbols, text, words, score, acousticScore: beam.acousticOf(slot), languageModelScore };
}

function wordsOf({ symbols, separator, symbolsAreWords }: DecoderSetup, read: readonly number[]): string[] {
  if (symbolsAreWords) return read.map((symbol) => symbols[symbol]!);
  const words = [''];
  for (const symbol of read) {
    if (symbol === separator) words.push('');
    else words[words.length - 1] += symbols[symbol]!;
  }
  return words.filter((word) => word !== '');
}
