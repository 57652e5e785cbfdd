import { defineProgram, expr } from '@ostinato/kernel';
import {
  add,
  broadcastTo,
  cast,
  concat,
  expandDims,
  full,
  mapTensors,
  pad,
  type RecurrenceResult,
  recurrence,
  reshape,
  slice,
  type Tensor,
  tensor,
  transpose,
} from '@ostinato/tensor';
import type { Activation } from './cells/activation.js';
import { clockwork } from './cells/clockwork.js';
import { elman } from './cells/elman.js';
import { projectSteps, type SequenceWalk, type WalkedSteps } from './one-way-layer.js';
import { reverseSequences } from './reverse-sequences.js';
import { stepBefore } from './walk-ends.js';

/** Units of one period. Groups stand from the fastest to the slowest. */
export interface ClockworkGroup {
  readonly period: number;
  /** Its units are `begin` to `end - 1` of the layer. */
  readonly begin: number;
  readonly end: number;
  /** [size, end]: from its units to those of the faster groups and its own. */
  readonly recurrentWeight: Tensor;
}

/** What both forms of a Clockwork RNN run on. */
export interface ClockworkParts {
  readonly groups: readonly ClockworkGroup[];
  /** [in, hidden] */
  readonly weight: Tensor;
  /** [hidden] */
  readonly bias: Tensor | undefined;
  readonly activation: Activation;
}

/** All groups in one recurrence: R is block-triangular, and groups that are off compute what is not used. */
export function runTogether(parts: ClockworkParts, walk: SequenceWalk<Tensor>): RecurrenceResult {
  const { groups, weight, bias, activation } = parts;
  const { lengths, reverse, state } = walk;
  const [time, batch] = walk.x.shape as [number, number];
  const units = weight.shape[1]!;
  const periods = groups.flatMap(({ period, begin, end }) => new Array<number>(end - begin).fill(period));
  return recurrence({
    cell: clockwork(activation),
    x: reshape(projectSteps(walk.x, weight, bias, walk), [time, batch, 1, units]),
    R: reshape(recurrentMatrix(groups, units), [units, 1, units]),
    parameters: tensor(periods, [1, units], { backend: walk.x.backend }),
    lengths,
    reverse,
    initial: state,
  });
}

/** [hidden, hidden]: from each unit to those that are as fast or faster; 0 to the slower ones. */
export function recurrentMatrix(groups: readonly ClockworkGroup[], units: number): Tensor {
  return concat(
    groups.map(({ recurrentWeight, end }) => pad(recurrentWeight, 1, 0, units - end)),
    0,
  );
}

/** Whether each period divides the next one, which is what `runApart` needs. */
export function isNested(periods: readonly number[]): boolean {
  return periods.every((period, index) => index === 0 || period % periods[index - 1]! === 0);
}

/**
 * Each group a recurrence of its own over the steps at which it works, the slowest first: what it gives goes into the sums of the faster
 * ones. Periods are nested, so that a slower group changes only where a faster one works, too. The first step is number 0.
 */
export function runApart(parts: ClockworkParts, walk: SequenceWalk<Tensor>): RecurrenceResult {
  const { lengths, reverse } = walk;
  const x = reverse ? backwards(walk.x, lengths) : walk.x;
  const [time, batch] = x.shape as [number, number];
  const outputs: Tensor[] = [];
  const finals: Tensor[] = [];
  /** What the slower groups add to the sums of the faster ones, at each step of the group before. */
  let fromSlower: { readonly period: number; readonly sums: Tensor } | undefined;
  for (const group of parts.groups.toReversed()) {
    const { period, begin, end, recurrentWeight } = group;
    const own: WalkedSteps = { lengths: lengths && stepsEvery(lengths, period), reverse: false };
    const now = slice(x, 0, 0, undefined, period);
    const count = now.shape[0]!;
    const bias = parts.bias && slice(parts.bias, 0, begin, end);
    const seen = projectSteps(now, slice(parts.weight, 1, begin, end), bias, own);
    const slower = fromSlower && repeated(fromSlower.sums, fromSlower.period / period, count);
    const sums = slower ? add(seen, stepBefore(slice(slower, 2, begin), own)) : seen;
    const { output, final } = recurrence({
      ...own,
      cell: elman(parts.activation),
      x: reshape(sums, [count, batch, 1, end - begin]),
      R: reshape(slice(recurrentWeight, 1, begin), [end - begin, 1, end - begin]),
    });
    outputs.unshift(repeated(output, period, time));
    finals.unshift(final);
    if (begin === 0) break;
    const toFaster = projectSteps(output, slice(recurrentWeight, 1, 0, begin), undefined, own);
    fromSlower = { period, sums: slower ? add(toFaster, slice(slower, 2, 0, begin)) : toFaster };
  }
  const output = concat(outputs, 2);
  const hidden = concat(finals, 2);
  return {
    output: reverse ? backwards(output, lengths) : output,
    final: concat([hidden, clockOf(hidden, time, lengths)], 0),
  };
}

/** Each row from its own end to its beginning, [time, batch, n]. */
function backwards(x: Tensor, lengths: Tensor | undefined): Tensor {
  return transpose(reverseSequences(transpose(x, [1, 0, 2]), lengths), [1, 0, 2]);
}

const roundedUp = defineProgram({ inputs: 1, scalars: 1 }, ({ x: [length], a: [period] }) => [
  // With a half in the middle, division that is not quite exact makes no difference.
  expr.floor(expr.div(expr.add(length!, expr.sub(period!, 0.5)), period!)),
]);

/** How many of the first `lengths` steps are a multiple of the period: i32 [batch]. */
function stepsEvery(lengths: Tensor, period: number): Tensor {
  return period === 1 ? lengths : mapTensors('Clockwork', roundedUp, [lengths], [period], { dtype: 'i32' });
}

/** Each step [steps, batch, n] `times` times after another, the first `count` of them. */
function repeated(x: Tensor, times: number, count: number): Tensor {
  if (times === 1) return x;
  const [steps, batch, width] = x.shape as [number, number, number];
  const wide = broadcastTo(expandDims(x, 1), [steps, times, batch, width]);
  return slice(reshape(wide, [steps * times, batch, width]), 0, 0, count);
}

/** The clocks after the walk, beside `hidden` [1, batch, hidden]. */
function clockOf({ shape, backend }: Tensor, time: number, lengths: Tensor | undefined): Tensor {
  if (!lengths) return full(shape, time, { backend });
  return broadcastTo(reshape(cast(lengths, 'f32'), [1, -1, 1]), shape);
}
