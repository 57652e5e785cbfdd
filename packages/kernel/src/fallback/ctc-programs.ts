import { ctcLossLimit } from '../ctc-loss-limit.js';
import {
  add,
  constant,
  coordinate,
  div,
  type Expr,
  equal,
  exp,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  round,
  select,
  sub,
} from '../expr.js';
import { defineProgram } from '../program.js';

/**
 * CTC over the extended target (Graves et al. 2006, section 4.1): the symbols with blanks between and around them, L = 2 S + 1
 * states. Logarithms of probabilities are kept in two numbers, a whole one and a rest in [-1/2, 1/2]: the whole ones are exact
 * however far they fall, so that float32 loses nothing over thousands of steps.
 *
 * Two more states, which nothing leaves and nothing enters, stand before the first for the sweep forward, and behind the last for
 * the sweep back: the states that a state is entered from are views that are shifted by one and by two.
 */
interface Logarithm {
  readonly whole: Expr;
  readonly rest: Expr;
}

/** The logarithm of 0: below every loss that counts. Sums of two fit into the 32 bits of backends that count in whole numbers. */
export const floor = -2 * ctcLossLimit;
/** From here on downwards e to the power of it is 0 in float32. */
const vanishing = -110;

/** How many states stand before the first, or behind the last. */
export const border = 2;

/** exp(value - shift), 0 where that is far below the smallest number. */
function relative({ whole, rest }: Logarithm, shift: Expr): Expr {
  return exp(add(maximum(sub(whole, shift), vanishing), rest));
}

/** A logarithm from its whole part so far and a number that is to be added. */
function split(whole: Expr, rest: Expr): Logarithm {
  const more = round(rest);
  return { whole: maximum(add(whole, more), floor), rest: sub(rest, more) };
}

/** log Σ exp of some logarithms, times the probability of a step. */
function sumOf(terms: readonly Logarithm[], emission: Logarithm): Logarithm {
  const largest = terms.map(({ whole }) => whole).reduce((most, whole) => maximum(most, whole));
  const total = terms.map((term) => relative(term, largest)).reduce((sum, term) => add(sum, term));
  return split(add(largest, emission.whole), add(log(total), emission.rest));
}

/** A logarithm where the condition holds, else another. */
function choose(condition: Expr, a: Logarithm, b: Logarithm): Logarithm {
  return { whole: select(condition, a.whole, b.whole), rest: select(condition, a.rest, b.rest) };
}

const pair = (x: readonly Expr[], first: number): Logarithm => ({ whole: x[first]!, rest: x[first + 1]! });
const nothing: Logarithm = { whole: constant(floor), rest: constant(0) };
const one: Logarithm = { whole: constant(0), rest: constant(0) };

/** Symbols [B, S], and blanks past each row's target length. */
export const knownSymbols = defineProgram(
  { inputs: 2, scalars: 1 },
  ({ x: [symbol, length], a: [blank] }) => [select(less(coordinate(1), length!), symbol!, blank!)],
);
/** 1 where a state can be entered from the state two before: a symbol, and another one than the last. */
export const skips = defineProgram({ inputs: 2, scalars: 1 }, ({ x: [own, before], a: [blank] }) => [
  select(equal(own!, before!), 0, select(equal(own!, blank!), 0, 1)),
]);
/** exp(logit - largest). */
export const shiftedExp = defineProgram({ inputs: 2 }, ({ x }) => [exp(sub(x[0]!, x[1]!))]);
/** The logarithm of a sum. */
export const logarithm = defineProgram({ inputs: 1 }, ({ x }) => [log(x[0]!)]);
/** The log probability of each state's class at each step, in two numbers. */
export const emissions = defineProgram({ inputs: 3 }, ({ x: [logit, largest, logSum] }) => {
  const distance = maximum(sub(logit!, largest!), floor);
  const whole = round(distance);
  const { whole: all, rest } = split(whole, sub(sub(distance, whole), logSum!));
  return [all, rest];
});

/** States [B, border + L] before the first step: in the first state, in no other. */
export const firstStates = defineProgram({ inputs: 0 }, () => {
  const { whole, rest } = choose(equal(coordinate(1), border), one, nothing);
  return [whole, rest];
});
/** α of a step (scalar 0) from the α before: own state, the one before, two before, where to skip, emission, length. */
export const forward = defineProgram({ inputs: 10, scalars: 1 }, ({ x, a: [step] }) => {
  const [own, before, twoBefore, emission] = [0, 2, 4, 7].map((first) => pair(x, first)) as [
    Logarithm,
    Logarithm,
    Logarithm,
    Logarithm,
  ];
  const next = sumOf([own, before, choose(x[6]!, twoBefore, nothing)], emission);
  const { whole, rest } = choose(less(step!, x[9]!), next, own);
  return [whole, rest];
});

/** Whether a state is the last blank or the last symbol of a target. */
function isFinal(state: Expr, length: Expr): Expr {
  const last = mul(2, length);
  return add(equal(state, last), equal(state, sub(last, 1)));
}
/** The whole part of the final states, reduced to the largest. */
export const finalWhole = defineProgram({ inputs: 2 }, ({ x: [whole, length] }) => [
  select(isFinal(coordinate(1), length!), whole!, floor),
]);
/** The final states relative to the largest whole part, to be added up. */
export const finalTerm = defineProgram({ inputs: 4 }, ({ x }) => [
  select(isFinal(coordinate(1), x[3]!), relative(pair(x, 0), x[2]!), 0),
]);
/** The loss from the largest whole part and the sum of final states. */
export const finalLoss = defineProgram({ inputs: 2 }, ({ x: [largest, total] }) => [
  minimum(maximum(neg(add(largest!, log(total!))), 0), ctcLossLimit),
]);

/** States behind the last step: all that is to come has been, in the last blank. */
export const lastStates = defineProgram({ inputs: 1 }, ({ x: [length] }) => {
  const { whole, rest } = choose(equal(coordinate(1), mul(2, length!)), one, nothing);
  return [whole, rest];
});
/**
 * β of a step (scalar 0), from that of the step behind, which its emission is part of: own state, the next one, two on, where to
 * skip, emission, length, α, and the whole part of the log probability of all. Out: β with its emission, and the part of α β.
 */
export const backward = defineProgram({ inputs: 13, scalars: 1 }, ({ x, a: [step] }) => {
  const [own, next, twoOn, emission, alpha] = [0, 2, 4, 7, 10].map((first) => pair(x, first)) as [
    Logarithm,
    Logarithm,
    Logarithm,
    Logarithm,
    Logarithm,
  ];
  const before = sumOf([own, next, choose(x[6]!, twoOn, nothing)], one);
  const runs = less(step!, x[9]!);
  const with_ = split(add(before.whole, emission.whole), add(before.rest, emission.rest));
  const { whole, rest } = choose(runs, with_, own);
  const both = { whole: add(alpha.whole, before.whole), rest: add(alpha.rest, before.rest) };
  return [whole, rest, select(runs, relative(both, x[12]!), 0)];
});

/** Inputs from here on: the row's loss and its input length. */
function counts(loss: Expr, length: Expr): Expr {
  return select(less(coordinate(0), length), sub(1, lessEqual(ctcLossLimit, loss)), 0);
}
/** The negative share of a state in the alignments of a step. */
export const shares = defineProgram({ inputs: 4 }, ({ x: [part, total, loss, length] }) => [
  select(counts(loss!, length!), neg(div(part!, total!)), 0),
]);
/** Softmax of the steps that count. */
export const probabilities = defineProgram({ inputs: 5 }, ({ x: [logit, largest, logSum, loss, length] }) => [
  select(counts(loss!, length!), exp(sub(sub(logit!, largest!), logSum!)), 0),
]);
