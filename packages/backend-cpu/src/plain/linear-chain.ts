import {
  type LinearChainArgs,
  type LinearChainGradArgs,
  offsetsOf,
  permuteView,
  selectView,
  type View,
} from '@ostinato/kernel';
import { ChainMoves, largestOf, logSumExp } from './chain-moves.js';
import type { Pool } from './pool.js';

/**
 * How far above the pairs' common logarithm a factor may lie; what products of factors lose then, because float64 rounds factors below
 * e^-744 to 0, does not count.
 */
const most = 600;

/** A copy of the numbers of a view in float64. */
function copyOf(pool: Pool, view: View): Float64Array {
  const numbers = pool.numbers(view, 'linearChain');
  return Float64Array.from(offsetsOf(view.shape, view.strides, view.offset), (place) => numbers[place]!);
}

/** Those outside [0, steps], which nobody may give, are brought inside. */
function lengthsOf(pool: Pool, view: View, steps: number): Float64Array {
  return copyOf(pool, view).map((length) => Math.min(Math.max(length, 0), steps));
}

function write(pool: Pool, view: View, values: ArrayLike<number>): void {
  const numbers = pool.floats(view, 'linearChain');
  for (const [index, place] of offsetsOf(view.shape, view.strides, view.offset).entries())
    numbers[place] = values[index]!;
}

/** The tags [K] of a view [T, B, K] at a step of a row. */
function tagsAt(view: View, step: number, row: number): View {
  return selectView(selectView(view, 0, step), 0, row);
}

/** The forward pass, in float64. */
export function linearChain(pool: Pool, args: LinearChainArgs): void {
  const { emissions, forward } = args;
  const [T, B, K] = emissions.shape as [number, number, number];
  const moves = new ChainMoves(copyOf(pool, args.transitions), K);
  const [start, end] = [copyOf(pool, args.start), copyOf(pool, args.end)];
  const lengths = lengthsOf(pool, args.lengths, T);
  const incoming = new Float64Array(K);
  const totals = new Float64Array(B);
  for (let row = 0; row < B; row++) {
    const length = lengths[row]!;
    let state = start;
    for (let step = 0; step < length; step++) {
      if (step > 0) moves.advance(state, incoming);
      const before = step > 0 ? incoming : start;
      const scores = copyOf(pool, tagsAt(emissions, step, row)).map(
        (emission, tag) => emission + before[tag]!,
      );
      const normalizer = logSumExp(scores);
      totals[row]! += normalizer;
      state = scores.map((score) => score - normalizer);
      write(pool, tagsAt(forward, step, row), state);
    }
    if (length > 0) totals[row]! += logSumExp(state.map((score, tag) => score + end[tag]!));
    for (let step = length; step < T; step++) write(pool, tagsAt(forward, step, row), new Float64Array(K));
  }
  write(pool, args.logPartition, totals);
}

/** The backward pass, in float64. */
export function linearChainGrad(pool: Pool, args: LinearChainGradArgs): void {
  const { emissions, forward, dEmissions } = args;
  const [T, B, K] = emissions.shape as [number, number, number];
  const moves = new ChainMoves(copyOf(pool, args.transitions), K);
  const back = new ChainMoves(copyOf(pool, permuteView(args.transitions, [1, 0])), K);
  const end = copyOf(pool, args.end);
  const [lengths, gradients] = [lengthsOf(pool, args.lengths, T), copyOf(pool, args.gradient)];
  const pairs = new PairCounts(moves, K);
  const [dStart, dEnd] = [new Float64Array(K), new Float64Array(K)];
  const [following, entered] = [new Float64Array(K), new Float64Array(K)];
  for (let row = 0; row < B; row++) {
    const [length, gradient] = [lengths[row]!, gradients[row]!];
    for (let step = T - 1; step >= length; step--)
      write(pool, tagsAt(dEmissions, step, row), new Float64Array(K));
    for (let step = length - 1; step >= 0; step--) {
      if (step + 1 < length) {
        const emission = copyOf(pool, tagsAt(emissions, step + 1, row));
        for (let tag = 0; tag < K; tag++) entered[tag] = emission[tag]! + following[tag]!;
        back.advance(entered, following);
      } else following.set(end);
      const before = copyOf(pool, tagsAt(forward, step, row));
      const scores = before.map((score, tag) => score + following[tag]!);
      const normalizer = logSumExp(scores);
      const marked = scores.map((score) => gradient * Math.exp(score - normalizer));
      write(pool, tagsAt(dEmissions, step, row), marked);
      if (step + 1 < length) pairs.add(before, entered, normalizer, gradient);
      for (let tag = 0; tag < K; tag++) {
        following[tag]! -= normalizer;
        if (step === 0) dStart[tag]! += marked[tag]!;
        if (step === length - 1) dEnd[tag]! += marked[tag]!;
      }
    }
  }
  write(pool, args.dTransitions, pairs.result());
  write(pool, args.dStart, dStart);
  write(pool, args.dEnd, dEnd);
}

/** The expected numbers of pairs of tags, times gradients. */
class PairCounts {
  readonly #moves: ChainMoves;
  readonly #tags: number;
  /** Sums of products of factors, to be multiplied with the exponentials of the transitions. */
  readonly #products: Float64Array;
  /** Sums of what was counted pair by pair. */
  readonly #apart: Float64Array;

  constructor(moves: ChainMoves, tags: number) {
    this.#moves = moves;
    this.#tags = tags;
    this.#products = new Float64Array(tags * tags);
    this.#apart = new Float64Array(tags * tags);
  }

  /** Adds gradient · exp(before_k + A_kk' + entered_k' - normalizer) for all pairs k, k'. */
  add(before: Float64Array, entered: Float64Array, normalizer: number, gradient: number): void {
    const tags = this.#tags;
    const moves = this.#moves;
    const scores = entered.map((score, tag) => score + moves.peaks[tag]! - normalizer);
    if (largestOf(scores) <= most) {
      const after = scores.map((score) => gradient * Math.exp(score));
      for (let tag = 0, at = 0; tag < tags; tag++) {
        const factor = Math.exp(before[tag]!);
        for (let next = 0; next < tags; next++, at++) this.#products[at]! += factor * after[next]!;
      }
      return;
    }
    for (let tag = 0, at = 0; tag < tags; tag++) {
      for (let next = 0; next < tags; next++, at++) {
        const score = before[tag]! + moves.score(tag, next) + entered[next]! - normalizer;
        this.#apart[at]! += gradient * Math.exp(score);
      }
    }
  }

  /** [tags, tags] row by row. */
  result(): Float64Array {
    const { exponentials } = this.#moves;
    return this.#products.map((product, at) => product * exponentials[at]! + this.#apart[at]!);
  }
}
