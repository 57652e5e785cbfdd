import { OstinatoError } from '@ostinato/kernel';
import type { DecoderSetup } from './decoder-options.js';
import type { Prefixes } from './prefixes.js';

/** What a whole hypothesis has besides its acoustic score. */
export interface FinishedScore {
  /** What is added to the acoustic score; -Infinity where the hypothesis is not allowed. */
  readonly score: number;
  /** Natural logarithm of the language model's probability, unweighted. */
  readonly modelScore: number;
}

/** A word that has ended. */
interface EndedWord {
  /** What it adds to the score, weighted; -Infinity where it is not allowed. */
  readonly gain: number;
  readonly modelScore: number;
  readonly modelState: unknown;
}

const FORBIDDEN: EndedWord = {
  gain: Number.NEGATIVE_INFINITY,
  modelScore: Number.NEGATIVE_INFINITY,
  modelState: undefined,
};

/** Words as beam search meets them: lexicon, language model, bonuses and hot words, each a function of the prefix alone. */
export class WordScorer {
  /** The most that the score of a prefix can gain by a symbol, by class. */
  readonly bounds: Float64Array;
  /** Whether symbols within words change the score or are forbidden. */
  readonly #spells: boolean;
  readonly #setup: DecoderSetup;

  constructor(setup: DecoderSetup) {
    this.#setup = setup;
    const { symbols, separator, symbolsAreWords, wordBonus, hotWords, lexicon } = setup;
    this.#spells = lexicon !== undefined || hotWords !== undefined;
    const within = Math.abs(hotWords?.bonus ?? 0);
    this.bounds = Float64Array.from(symbols, (_, symbol) =>
      symbol === separator || symbolsAreWords ? within + Math.max(0, wordBonus) : within,
    );
  }

  /** What a prefix and one more symbol have besides their acoustic score. */
  scoreAfter(prefixes: Prefixes, prefix: number, symbol: number): number {
    if (this.#endsWord(symbol)) return prefixes.scores[this.extend(prefixes, prefix, symbol)]!;
    if (!this.#spells) return prefixes.settled[prefix]!;
    const { lexicon, hotWords, symbols } = this.#setup;
    const letters = symbols[symbol]!;
    if (lexicon && lexicon.walk(prefixes.lexiconNodes[prefix]!, letters) < 0) return Number.NEGATIVE_INFINITY;
    const advance = hotWords?.advance(hotWords.walk(prefixes.hotNodes[prefix]!, letters)) ?? 0;
    return prefixes.settled[prefix]! + advance;
  }

  /** The node of a prefix and one more symbol, with all its scores. */
  extend(prefixes: Prefixes, prefix: number, symbol: number): number {
    const before = prefixes.count;
    const node = prefixes.extend(prefix, symbol);
    if (prefixes.count === before) return node;
    if (symbol !== this.#setup.separator) this.#spell(prefixes, node, symbol);
    if (this.#endsWord(symbol)) this.#endWord(prefixes, node, symbol);
    return node;
  }

  /** What a prefix has where nothing comes after it. */
  finish(prefixes: Prefixes, prefix: number): FinishedScore {
    const { languageModel, languageModelWeight } = this.#setup;
    let score = prefixes.settled[prefix]!;
    let modelScore = prefixes.modelScores[prefix]!;
    let state = prefixes.modelStates[prefix];
    if (prefixes.unfinished[prefix]! > 0) {
      const word = this.#ended(prefixes, prefix, prefix);
      score += word.gain;
      modelScore += word.modelScore;
      state = word.modelState;
    }
    if (!languageModel || score === Number.NEGATIVE_INFINITY) return { score, modelScore };
    const end = checkedScore(languageModel.end(state), 'the end');
    return { score: score + weighted(end, languageModelWeight), modelScore: modelScore + end };
  }

  #endsWord(symbol: number): boolean {
    return this.#setup.symbolsAreWords || symbol === this.#setup.separator;
  }

  /** A symbol more within a word. */
  #spell(prefixes: Prefixes, node: number, symbol: number): void {
    const { lexicon, hotWords, symbols } = this.#setup;
    prefixes.unfinished[node]!++;
    if (lexicon) prefixes.lexiconNodes[node] = lexicon.walk(prefixes.lexiconNodes[node]!, symbols[symbol]!);
    if (hotWords) prefixes.hotNodes[node] = hotWords.walk(prefixes.hotNodes[node]!, symbols[symbol]!);
    const advance = hotWords?.advance(prefixes.hotNodes[node]!) ?? 0;
    prefixes.scores[node] = prefixes.settled[node]! + advance;
    if (prefixes.lexiconNodes[node]! < 0) prefixes.scores[node] = Number.NEGATIVE_INFINITY;
  }

  #endWord(prefixes: Prefixes, node: number, symbol: number): void {
    if (prefixes.unfinished[node]! > 0) {
      const end = symbol === this.#setup.separator ? prefixes.tree.parents[node]! : node;
      const word = this.#ended(prefixes, node, end);
      prefixes.settled[node]! += word.gain;
      prefixes.modelScores[node]! += word.modelScore;
      prefixes.modelStates[node] = word.modelState;
    }
    prefixes.unfinished[node] = 0;
    prefixes.lexiconNodes[node] = 0;
    prefixes.hotNodes[node] = 0;
    prefixes.scores[node] = prefixes.settled[node]!;
  }

  /**
   * @param node has the state of the unfinished word
   * @param end the prefix that the word's last symbol ends
   */
  #ended(prefixes: Prefixes, node: number, end: number): EndedWord {
    const { lexicon, hotWords, languageModel, languageModelWeight, wordBonus, symbols } = this.#setup;
    if (lexicon && !lexicon.isWord(prefixes.lexiconNodes[node]!)) return FORBIDDEN;
    const bonus = wordBonus + (hotWords?.earned(prefixes.hotNodes[node]!) ?? 0);
    if (!languageModel) return { gain: bonus, modelScore: 0, modelState: undefined };
    const { parents, labels } = prefixes.tree;
    let word = '';
    for (let at = end, left = prefixes.unfinished[node]!; left > 0; left--, at = parents[at]!) {
      word = symbols[labels[at]!]! + word;
    }
    const { logProbability, state } = languageModel.score(prefixes.modelStates[node], word);
    const modelScore = checkedScore(logProbability, `'${word}'`);
    return { gain: bonus + weighted(modelScore, languageModelWeight), modelScore, modelState: state };
  }
}

/** A weight of 0 takes away even what is impossible. */
function weighted(logProbability: number, weight: number): number {
  return weight === 0 ? 0 : weight * logProbability;
}

function checkedScore(logProbability: number, what: string): number {
  if (logProbability <= 0) return logProbability;
  throw new OstinatoError(
    `CtcDecoder: the language model's score of ${what} is ${logProbability}, expected the natural logarithm of a probability, at most 0`,
  );
}
