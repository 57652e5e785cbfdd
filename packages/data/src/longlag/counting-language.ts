import { assertCount } from '../assert-count.js';
import { DataError } from '../errors.js';
import { type PredictedString, type SymbolPrediction, symbolPrediction } from './symbol-prediction.js';

/** The languages: what stands n times each. */
export type CountingLanguage = 'ab' | 'abc';

/**
 * Strings aⁿbⁿ or aⁿbⁿcⁿ with a start symbol S before and an end symbol T after them (Gers & Schmidhuber 2001, "LSTM recurrent networks
 * learn simple context-free and context-sensitive languages"). Each step has to say which symbols may follow: after an a another a
 * or a b; after the first b all is certain, to who has counted.
 *
 *     input        S  a    a    b  b
 *     may follow   a  a,b  a,b  b  T
 *
 * @param counts n of each string, from 1
 * @throws DataError where there is no n, or one is not a whole number from 1
 * @example countingStrings('ab', [1, 2, 3])
 */
export function countingStrings(language: CountingLanguage, counts: readonly number[]): SymbolPrediction {
  if (counts.length === 0) throw new DataError('countingStrings: there is no n; give at least one');
  for (const n of counts) assertCount('countingStrings', 'n', n, 1);
  return symbolPrediction(
    counts.map((n) => countingString(language, n)),
    ['S', ...language, 'T'],
  );
}

function countingString(language: CountingLanguage, n: number): PredictedString {
  const letters = language.length;
  const [first, end] = [1, letters + 1];
  const symbols = [0];
  const next: number[][] = [[first]];
  for (let letter = first; letter <= letters; letter++) {
    for (let count = 1; count <= n; count++) {
      symbols.push(letter);
      const following = letter === letters ? end : letter + 1;
      if (letter === first) next.push([first, following]);
      else next.push([count < n ? letter : following]);
    }
  }
  return { symbols, next };
}
