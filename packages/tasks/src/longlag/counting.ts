import { type CountingLanguage, countingStrings, Random, type SymbolPrediction } from '@ostinato/data';
import { oneHotBatch, partSizes } from './batches.js';
import { wrongStrings } from './judges.js';
import { symbolLoss } from './symbol-loss.js';
import type { LongLagBatch, LongLagTask } from './task.js';

/** The longest strings that are learnt from have n = 10, as in the paper. */
const LEARNT = 10;
/** Strings that are measured at a time. */
const PART = 50;

const batchOf = (strings: SymbolPrediction): LongLagBatch =>
  oneHotBatch(strings, strings.alphabet.length, strings.next);

/**
 * Count: trained on strings with n up to 10, measured on all n up to T. See `countingStrings` of `@ostinato/data`. There is one string for
 * each n, so the looks and the result are of the same strings. Told as well: `reach`, the n up to which all are right.
 */
function counting(name: string, language: CountingLanguage): LongLagTask {
  return {
    name,
    about: `count: learn ${name} with n up to ${LEARNT}, be measured on n up to T`,
    measure: 'error',
    // The paper has one block for ab, two for abc, and learns from up to millions of strings, one at a time.
    settings: () => ({ hidden: language === 'ab' ? 3 : 6, batch: 16, rate: 2e-2, clip: 1, steps: 4000 }),
    open: ({ length = 100, seed = 1 } = {}) => {
      const counts = Array.from({ length }, (_, index) => index + 1);
      const tests = (): LongLagBatch[] => {
        let first = 0;
        return partSizes(length, PART).map((size) => {
          first += size;
          return batchOf(countingStrings(language, counts.slice(first - size, first)));
        });
      };
      return {
        length,
        lag: Number.POSITIVE_INFINITY,
        inputSize: language.length + 2,
        outputSize: language.length + 2,
        answers: 'every',
        baseline: 1,
        goal: 0,
        draw: (step, count) => {
          const random = new Random(seed, step);
          const drawn = Array.from({ length: count }, () => 1 + random.integer(LEARNT));
          return batchOf(countingStrings(language, drawn));
        },
        tests,
        loss: symbolLoss,
        judge: wrongStrings,
        details: (measures) => {
          const firstWrong = measures.findIndex((wrong) => wrong > 0);
          return { reach: firstWrong < 0 ? length : firstWrong };
        },
      };
    },
  };
}

/** aⁿbⁿ, which is context-free. */
export const anbn = counting('anbn', 'ab');
/** aⁿbⁿcⁿ, which is context-sensitive. */
export const anbncn = counting('anbncn', 'abc');
