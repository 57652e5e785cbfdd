import type { Backend, LinearChainArgs, LinearChainGradArgs } from '../backend.js';
import { add, div, equal, exp, less, log, mul, select, sub } from '../expr.js';
import { defineProgram, fill, identity } from '../program.js';
import { broadcastView, expandView, selectView, type View } from '../view.js';
import { withScratch } from './scratch.js';

/**
 * Both passes stay in the logarithm: a sum of exponentials has its largest term taken out, so that no score is too large or too small.
 * Each step's scores are normalised by themselves; what the steps before add up to stays out of the exponents.
 */

const sumOfTwo = defineProgram({ inputs: 2 }, ({ x }) => [add(x[0]!, x[1]!)]);
const shiftedExp = defineProgram({ inputs: 2 }, ({ x }) => [exp(sub(x[0]!, x[1]!))]);
const shiftedExpOfSum = defineProgram({ inputs: 3 }, ({ x }) => [exp(sub(add(x[0]!, x[1]!), x[2]!))]);

/** Scores of the first step, 0 for rows without one. */
const firstScores = defineProgram({ inputs: 3 }, ({ x: [emission, start, length] }) => [
  select(less(0, length!), add(emission!, start!), 0),
]);
/** Scores of a step (scalar 0) from what comes into each tag, 0 past the row's length. */
const nextScores = defineProgram({ inputs: 4, scalars: 1 }, ({ x: [emission, largest, sum, length], a }) => [
  select(less(a[0]!, length!), add(emission!, add(largest!, log(sum!))), 0),
]);
/** Scores as logarithms of probabilities; those of the row's last step are kept. */
const normalized = defineProgram(
  { inputs: 5, scalars: 1 },
  ({ x: [score, largest, sum, length, last], a: [step] }) => {
    const probability = select(less(step!, length!), sub(sub(score!, largest!), log(sum!)), 0);
    return [probability, select(equal(add(step!, 1), length!), probability, last!)];
  },
);
/** Adds the logarithm of a sum to the total of rows with more steps than scalar 0. */
const addedLogarithm = defineProgram({ inputs: 4, scalars: 1 }, ({ x: [total, largest, sum, length], a }) => [
  select(less(a[0]!, length!), add(total!, add(largest!, log(sum!))), total!),
]);

/** largest + log(sum) is log Σ exp(a + b) over an axis, which both results keep with length 1. */
function logSumExp(backend: Backend, a: View, b: View, axis: number, largest: View, sum: View): void {
  backend.reduce('max', sumOfTwo, [a, b], [], [axis], largest);
  backend.reduce('sum', shiftedExpOfSum, [a, b, broadcastView(largest, a.shape)], [], [axis], sum);
}

/** A view with one number for each row [B], beside others of this shape. */
function besideRows(rows: View, shape: readonly number[]): View {
  const column = shape.slice(1).reduce((view) => expandView(view, view.shape.length), rows);
  return broadcastView(column, shape);
}

/** The forward pass (Rabiner 1989), step by step. */
export function linearChain(backend: Backend, args: LinearChainArgs): void {
  const { emissions, transitions, start, end, lengths, logPartition, forward } = args;
  const [T, B, K] = emissions.shape as [number, number, number];
  const [rows, tags, pairs] = [
    [B, 1],
    [B, K],
    [B, K, K],
  ];
  const ends = besideRows(lengths, tags);
  const endsOfRows = besideRows(lengths, rows);
  const total = expandView(logPartition, 1);
  const moves = broadcastView(transitions, pairs);
  backend.map(fill, [], [0], [logPartition]);
  withScratch(backend, [[B, 1, K], [B, 1, K], rows, rows, tags], (...scratch) => {
    const [largestIn, sumIn, largest, sum, last] = scratch as [View, View, View, View, View];
    const [widest, widestSum] = [broadcastView(largest, tags), broadcastView(sum, tags)];
    backend.map(fill, [], [0], [last]);
    for (let step = 0; step < T; step++) {
      const own = selectView(emissions, 0, step);
      const scores = selectView(forward, 0, step);
      if (step === 0) backend.map(firstScores, [own, broadcastView(start, tags), ends], [], [scores]);
      else {
        const before = broadcastView(expandView(selectView(forward, 0, step - 1), 2), pairs);
        logSumExp(backend, before, moves, 1, largestIn, sumIn);
        const incoming = [largestIn, sumIn].map((view) => selectView(view, 1, 0));
        backend.map(nextScores, [own, ...incoming, ends], [step], [scores]);
      }
      backend.reduce('max', identity, [scores], [], [1], largest);
      backend.reduce('sum', shiftedExp, [scores, widest], [], [1], sum);
      backend.map(normalized, [scores, widest, widestSum, ends, last], [step], [scores, last]);
      backend.map(addedLogarithm, [total, largest, sum, endsOfRows], [step], [total]);
    }
    logSumExp(backend, last, broadcastView(end, tags), 1, largest, sum);
    backend.map(addedLogarithm, [total, largest, sum, endsOfRows], [0], [total]);
  });
}

/** What follows each tag of a step (scalar 0): the ways on, or the end; 0 past the row's length. */
const followingScores = defineProgram(
  { inputs: 4, scalars: 1 },
  ({ x: [largest, sum, end, length], a: [step] }) => {
    const next = add(step!, 1);
    const last = select(equal(next, length!), end!, 0);
    return [select(less(next, length!), add(largest!, log(sum!)), last)];
  },
);
/** Emissions of a step (scalar 0) and what follows them; 0 past the row's length. */
const enteredScores = defineProgram({ inputs: 3, scalars: 1 }, ({ x: [emission, following, length], a }) => [
  select(less(a[0]!, length!), add(emission!, following!), 0),
]);
/** Gradient of the emissions of a step (scalar 0), what follows them normalised, and the gradient of rows that end here. */
const markedTags = defineProgram(
  { inputs: 7, scalars: 1 },
  ({ x: [forward, following, largest, sum, gradient, length, atEnd], a: [step] }) => {
    const probability = div(exp(sub(add(forward!, following!), largest!)), sum!);
    const marked = select(less(step!, length!), mul(gradient!, probability), 0);
    const normalizer = add(largest!, log(sum!));
    return [marked, sub(following!, normalizer), select(equal(add(step!, 1), length!), marked, atEnd!)];
  },
);
/** Gradient of the transitions between a step (scalar 0) and the next. */
const markedPairs = defineProgram({ inputs: 7, scalars: 1 }, ({ x, a }) => {
  const [forward, transition, entered, largest, sum, gradient, length] = x;
  const score = sub(add(add(forward!, transition!), entered!), add(largest!, log(sum!)));
  return [select(less(add(a[0]!, 1), length!), mul(gradient!, exp(score)), 0)];
});

/** The backward pass and the probabilities of tags and pairs of tags that follow from both. */
export function linearChainGrad(backend: Backend, args: LinearChainGradArgs): void {
  const { emissions, transitions, end, lengths, forward, gradient } = args;
  const { dEmissions, dTransitions, dStart, dEnd } = args;
  const [T, B, K] = emissions.shape as [number, number, number];
  const [rows, tags, pairs] = [
    [B, 1],
    [B, K],
    [B, K, K],
  ];
  const ends = besideRows(lengths, tags);
  const moves = broadcastView(transitions, pairs);
  const perPair = [besideRows(gradient, pairs), besideRows(lengths, pairs)];
  backend.map(fill, [], [0], [dTransitions]);
  const shapes = [tags, tags, tags, [B, K, 1], [B, K, 1], rows, rows, [1, K, K]];
  withScratch(backend, shapes, (...scratch) => {
    const [following, entered, atEnd, largestOut, sumOut, largest, sum, moved] = scratch as [
      View,
      View,
      View,
      View,
      View,
      View,
      View,
      View,
    ];
    const outgoing = [largestOut, sumOut].map((view) => selectView(view, 2, 0));
    const enteredAcross = broadcastView(expandView(entered, 1), pairs);
    for (const view of [following, atEnd, largestOut]) backend.map(fill, [], [0], [view]);
    backend.map(fill, [], [1], [sumOut]);
    for (let step = T - 1; step >= 0; step--) {
      const own = selectView(forward, 0, step);
      if (step + 1 < T) {
        const next = selectView(emissions, 0, step + 1);
        backend.map(enteredScores, [next, following, ends], [step + 1], [entered]);
        logSumExp(backend, moves, enteredAcross, 2, largestOut, sumOut);
      }
      const last = broadcastView(end, tags);
      backend.map(followingScores, [...outgoing, last, ends], [step], [following]);
      logSumExp(backend, own, following, 1, largest, sum);
      const normalizers = [largest, sum];
      if (step + 1 < T) {
        const before = broadcastView(expandView(own, 2), pairs);
        const perRow = normalizers.map((view) => broadcastView(expandView(view, 2), pairs));
        const inputs = [before, moves, enteredAcross, ...perRow, ...perPair];
        backend.reduce('sum', markedPairs, inputs, [step], [0], moved);
        backend.map(sumOfTwo, [dTransitions, selectView(moved, 0, 0)], [], [dTransitions]);
      }
      const perTag = normalizers.map((view) => broadcastView(view, tags));
      backend.map(
        markedTags,
        [own, following, ...perTag, besideRows(gradient, tags), ends, atEnd],
        [step],
        [selectView(dEmissions, 0, step), following, atEnd],
      );
    }
    const sumOfRows = (from: View, to: View): void =>
      backend.reduce('sum', identity, [from], [], [0], expandView(to, 0));
    if (T > 0) sumOfRows(selectView(dEmissions, 0, 0), dStart);
    else backend.map(fill, [], [0], [dStart]);
    sumOfRows(atEnd, dEnd);
  });
}
