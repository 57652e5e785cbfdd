import { Beam } from './beam.js';
import { type CtcDecoderOptions, count, type DecoderSetup, decoderSetup } from './decoder-options.js';
import { bestHypotheses, bestSoFar, type CtcHypothesis } from './hypotheses.js';
import { type CtcInputOptions, checkedLogProbabilities } from './log-probabilities.js';
import { WordScorer } from './word-scorer.js';

/** What a call of `decode` can ask for. */
export interface CtcDecodeOptions extends CtcInputOptions {
  /** How many hypotheses are wanted, if not as many as the decoder's options say. */
  nBest?: number | undefined;
}

/** Decoding of a recording that is still going on. */
export interface CtcDecoderStream {
  /**
   * Goes on by some frames.
   * @param logProbabilities `[frames, classes]`
   * @returns the best so far, whose last word need not have ended and is not scored yet; undefined where nothing is possible
   */
  push(logProbabilities: Float32Array, frames: number): CtcHypothesis | undefined;
  /** The result, best first, as `decode` gives it for all frames together. What is pushed afterwards begins anew. */
  end(options?: { nBest?: number | undefined }): CtcHypothesis[];
}

/**
 * Prefix beam search: the sequences of symbols for which the probability of all their paths, with what a language model, a lexicon and
 * hot words say about their words, is the greatest. Exact where the beam is as wide as there are prefixes and nothing is pruned.
 *
 * It works on plain arrays, so that it runs in a worker as well, and its memory is used again by the next call.
 *
 * @throws OstinatoError or IndexError for options that cannot be
 * @example
 * const decoder = new CtcDecoder({ symbols: ['φ', ' ', 'a', 'b'], languageModel: await readArpa('3-gram.arpa.gz'), wordBonus: 1 });
 * const [best] = decoder.decode(logProbabilities, frames);
 * best?.text;
 */
export class CtcDecoder {
  readonly #setup: DecoderSetup;
  readonly #scorer: WordScorer;
  #beam: Beam | undefined;

  constructor(options: CtcDecoderOptions) {
    this.#setup = decoderSetup(options);
    this.#scorer = new WordScorer(this.#setup);
  }

  /**
   * The best hypotheses, best first; fewer than `nBest` where there are no more in the beam, and none where the lexicon allows none.
   * @param logProbabilities `[frames, classes]`, row by row, natural logarithms; of a padded batch `subarray` gives one row
   * @throws ShapeError where sizes and classes do not fit, OstinatoError for numbers that are no log probabilities
   */
  decode(logProbabilities: Float32Array, frames: number, options: CtcDecodeOptions = {}): CtcHypothesis[] {
    const nBest = count('nBest', options.nBest ?? this.#setup.nBest);
    this.#beam ??= new Beam(this.#setup, this.#scorer);
    this.#beam.clear();
    this.#advance(this.#beam, logProbabilities, frames, options);
    return bestHypotheses(this.#setup, this.#scorer, this.#beam, nBest);
  }

  /** Decodes frames as they come; any number of streams can go on side by side. */
  stream({ normalize }: CtcInputOptions = {}): CtcDecoderStream {
    const beam = new Beam(this.#setup, this.#scorer);
    return {
      push: (logProbabilities, frames) => {
        this.#advance(beam, logProbabilities, frames, { normalize });
        return bestSoFar(this.#setup, beam);
      },
      end: ({ nBest = this.#setup.nBest } = {}) => {
        const hypotheses = bestHypotheses(this.#setup, this.#scorer, beam, count('nBest', nBest));
        beam.clear();
        return hypotheses;
      },
    };
  }

  #advance(beam: Beam, logProbabilities: Float32Array, frames: number, options: CtcInputOptions): void {
    const classes = this.#setup.symbols.length;
    const numbers = checkedLogProbabilities('CtcDecoder', logProbabilities, frames, classes, options);
    for (let frame = 0; frame < frames; frame++) beam.step(numbers, frame * classes);
  }
}
