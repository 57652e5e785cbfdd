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
 * @throws DataError unless count is a whole number from 1 and length one from 9 to 1000
 * @example embeddedReber(new Random(1), { count: 32 })
 */
export function embeddedReber(
  random: Random,
  { count, length = 9 }: { readonly count: number; readonly length?: number },
): SymbolPrediction {
  assertCount('embeddedReber', 'count', count, 1);
  assertCount('embeddedReber', 'length', length, 9);
  if (length > 1000) {
    throw new DataError(`embeddedReber: length must be a whole number from 9 to 1000, got ${length}`);
  }
  const strings = Array.from({ length: count }, () => drawString(random, length));
  return symbolPrediction(strings, reberAlphabet);
}

/** What is around the inner string: B and T or P before, the same T or P and E after. */
const AROUND = 4;

function drawString(random: Random, least: number): PredictedString {
  const outer = indexOf(random.choice(['T', 'P']));
  const inner = drawInner(random, least - AROUND);
  const symbols = [indexOf('B'), outer, ...inner.symbols, outer];
  const next = [[indexOf('T'), indexOf('P')], [indexOf('B')], ...inner.next, [outer], [indexOf('E')]];
  return { symbols, next };
}

/** How likely a string of the plain grammar is that has at least so many symbols more, from each state on. */
const chances: number[][] = [arrows.map(() => 1)];
function chanceOf(state: number, symbols: number): number {
  if (state === END) return symbols > 0 ? 0 : 1;
  while (chances.length <= symbols) {
    const before = chances.length - 1;
    const reached = (target: number): number => chanceOf(target, before);
    chances.push(
      arrows.map((choices) => choices.reduce((sum, [, target]) => sum + reached(target), 0) / choices.length),
    );
  }
  return chances[Math.max(0, symbols)]![state]!;
}

/**
 * A string of the plain grammar with at least so many symbols, as likely as it is among those, and what may follow each of its symbols but
 * the last.
 */
function drawInner(random: Random, least: number): PredictedString {
  const symbols: number[] = [];
  const next: number[][] = [];
  for (let state = 0; state !== END; ) {
    const choices = arrows[state]!;
    if (symbols.length > 0) next.push(choices.map(([symbol]) => indexOf(symbol)));
    const left = least - symbols.length - 1;
    const [first, second] = choices.map(([, target]) => chanceOf(target, left)) as [number, number?];
    const takesFirst = second === undefined || random.next() * (first + second) < first;
    const [symbol, target] = choices[takesFirst ? 0 : 1]!;
    symbols.push(indexOf(symbol));
    state = target;
  }
  return { symbols, next };
}
