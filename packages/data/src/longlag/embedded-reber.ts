import { assertCount } from '../assert-count.js';
import { DataError } from '../errors.js';
import type { Random } from '../random.js';
import { type PredictedString, type SymbolPrediction, symbolPrediction } from './symbol-prediction.js';

/** The symbols of Reber's grammar by index. */
export const reberAlphabet = ['B', 'T', 'P', 'S', 'X', 'V', 'E'] as const;
type Symbol = (typeof reberAlphabet)[number];

/** The arrows of Reber's automaton (Reber 1967): from each state, a symbol and the state that it leads to. */
const arrows: readonly (readonly (readonly [symbol: Symbol, state: number])[])[] = [
  [['B', 1]],
  [
    ['T', 2],
    ['P', 3],
  ],
  [
    ['S', 2],
    ['X', 4],
  ],
  [
    ['T', 3],
    ['V', 5],
  ],
  [
    ['X', 3],
    ['S', 6],
  ],
  [
    ['P', 4],
    ['V', 6],
  ],
  [['E', 7]],
];
const END = 7;

const indexOf = (symbol: Symbol): number => reberAlphabet.indexOf(symbol);

/** The error of who knows the grammar but not which of T and P came at the beginning, and guesses. */
export const reberBaseline = 1 / 2;

/**
 * The embedded Reber grammar (Smith & Zipser 1989; Fahlman 1991; Hochreiter & Schmidhuber 1997, experiment 1): B, then T or P, a string
 * of Reber's grammar, the same T or P again, E. Each step has to say which symbols may follow; the last but one asks for what
 * came second, a whole string before.
 *
 * @param options.length the fewest symbols of a string; 9, the shortest that there is, lets all pass. Longer ones make the memory longer
 * @throws DataError unless count is a whole number from 1 and length one from 9 to 100: longer strings are too rare to be drawn
 * @example embeddedReber(new Random(1), { count: 32 })
 */
export function embeddedReber(
  random: Random,
  { count, length = 9 }: { readonly count: number; readonly length?: number },
): SymbolPrediction {
  assertCount('embeddedReber', 'count', count, 1);
  assertCount('embeddedReber', 'length', length, 9);
  if (length > 100) {
    throw new DataError(
      `embeddedReber: strings of ${length} symbols are too rare to be drawn; give a length from 9 to 100`,
    );
  }
  const strings = Array.from({ length: count }, () => drawString(random, length));
  return symbolPrediction(strings, reberAlphabet);
}

/** What is around the inner string: B and T or P before, the same T or P and E after. */
const AROUND = 4;

function drawString(random: Random, least: number): PredictedString {
  const outer = indexOf(random.choice(['T', 'P']));
  let inner = drawInner(random);
  while (inner.symbols.length + AROUND < least) inner = drawInner(random);
  const symbols = [indexOf('B'), outer, ...inner.symbols, outer];
  const next = [[indexOf('T'), indexOf('P')], [indexOf('B')], ...inner.next, [outer], [indexOf('E')]];
  return { symbols, next };
}

/** A string of the plain grammar, and what may follow each of its symbols but the last. */
function drawInner(random: Random): PredictedString {
  const symbols: number[] = [];
  const next: number[][] = [];
  for (let state = 0; state !== END; ) {
    const choices = arrows[state]!;
    if (symbols.length > 0) next.push(choices.map(([symbol]) => indexOf(symbol)));
    const [symbol, target] = random.choice(choices);
    symbols.push(indexOf(symbol));
    state = target;
  }
  return { symbols, next };
}
