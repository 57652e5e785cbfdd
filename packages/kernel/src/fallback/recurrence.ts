import type { Backend, RecurrenceArgs, RecurrenceGradArgs } from '../backend.js';
import { type CellProgram, type InnerGradient, innerGradients, withoutRecurrentProduct } from '../cell.js';
import { add, type Expr, input, less, scalar, select } from '../expr.js';
import { memo } from '../memo.js';
import { defineProgram, fill, identity, type MapProgram, programOf } from '../program.js';
import { broadcastView, permuteView, reshapeView, selectView, sliceView, type View } from '../view.js';
import { clearPadding } from './padding.js';
import { withScratch } from './scratch.js';

/** The positions of one axis as separate views. */
function split(view: View, axis: number): View[] {
  return Array.from({ length: view.shape[axis]! }, (_, index) => selectView(view, axis, index));
}

/**
 * The weights [H, N] and the products [..., N] of r = s0 · R: one pair with N = G · H where the gates of both lie side
 * by side, else one pair for each gate.
 */
function products(R: View, r: View): [weights: View, product: View][] {
  const [units, gates, width] = R.shape as [number, number, number];
  const leading = r.shape.slice(0, -2);
  const weights = reshapeView(R, [units, gates * width]);
  const product = reshapeView(r, [...leading, gates * width]);
  if (weights && product) return [[weights, product]];
  return Array.from({ length: gates }, (_, gate) => [
    selectView(R, 1, gate),
    selectView(r, leading.length, gate),
  ]);
}

/** Gates `begin` to `end` along an axis, as one view. */
function gatesOf(view: View, axis: number, [begin, end]: readonly [number, number]): View {
  return sliceView(view, axis, begin, end);
}

/** The gates that get the product of the first state, and those that get the inner product. */
function gateRanges({ gates, inner }: CellProgram): { outer: [number, number]; inner: [number, number] } {
  const border = gates - (inner?.gates ?? 0);
  return { outer: [0, border], inner: [border, gates] };
}

/** The order of steps, each with the slots of `states` before and after it. */
function* walk(T: number, reverse: boolean): Generator<{ step: number; before: number; after: number }> {
  for (let count = 0; count < T; count++) {
    const step = reverse ? T - 1 - count : count;
    yield reverse ? { step, before: step + 1, after: step } : { step, before: step, after: step + 1 };
  }
}

/** Outputs where the step (scalar 0) lies before the row's length (last input), elsewhere `otherwise`. */
function whileRunning(
  program: MapProgram,
  outputs: readonly Expr[],
  otherwise: readonly (Expr | number)[],
): MapProgram {
  const running = less(scalar(0), input(program.inputs));
  return programOf(
    outputs.map((output, index) => select(running, output, otherwise[index]!)),
    program.inputs + 1,
    1,
  );
}

const raggedForward = memo((cell: CellProgram): MapProgram => {
  const kept = Array.from({ length: cell.states }, (_, state) => input(2 * cell.gates + state));
  return whileRunning(cell.forward, cell.forward.outputs, kept);
});

/** The outputs of the backward program without dr. */
function withoutProductGradient(cell: CellProgram): Expr[] {
  return cell.backward.outputs.filter((_, index) => index < cell.gates || index >= 2 * cell.gates);
}

const backwardWithoutProduct = memo(
  (cell: CellProgram): MapProgram => programOf(withoutProductGradient(cell), cell.backward.inputs),
);

function raggedBackward(cell: CellProgram, outputs: readonly Expr[]): MapProgram {
  const { gates, states, parameters, backward } = cell;
  const firstState = outputs.length - states - parameters;
  const incoming = (state: number): Expr => input(2 * gates + states + parameters + state);
  const isState = (index: number): boolean => index >= firstState && index < firstState + states;
  return whileRunning(
    backward,
    outputs,
    outputs.map((_, index) => (isState(index) ? incoming(index - firstState) : 0)),
  );
}
const raggedBackwardFull = memo((cell: CellProgram) => raggedBackward(cell, cell.backward.outputs));
const raggedBackwardShort = memo((cell: CellProgram) => raggedBackward(cell, withoutProductGradient(cell)));

/** The views that each step's map gets beside x, r and states: parameters, and lengths where rows are ragged. */
function perRowAndUnit(args: RecurrenceArgs): { parameters: View[]; lengths: View[] } {
  const [, B, , H] = args.x.shape as [number, number, number, number];
  const { parameters, lengths } = args;
  return {
    parameters: parameters ? split(parameters, 0).map((p) => broadcastView(p, [B, H])) : [],
    lengths: lengths ? [{ ...lengths, shape: [B, H], strides: [lengths.strides[0]!, 0] }] : [],
  };
}

/** A recurrence step by step: one matmul and one map each. */
export function recurrence(backend: Backend, args: RecurrenceArgs): void {
  const { x, R, lengths, reverse, states } = args;
  const [T, B, G, H] = x.shape as [number, number, number, number];
  const cell = R ? args.cell : withoutRecurrentProduct(args.cell);
  const program = lengths ? raggedForward(cell) : cell.forward;
  const shared = perRowAndUnit(args);
  const ranges = gateRanges(cell);
  const multiply = (left: View, r: View, range: readonly [number, number]): void => {
    const pairs = products(gatesOf(R!, 1, range), gatesOf(r, 1, range));
    for (const [weights, out] of pairs) backend.matmul(left, weights, out);
  };
  withScratch(backend, [args.products ? [0] : [B, G, H], cell.inner ? [B, H] : [0]], (scratch, value) => {
    for (const { step, before, after } of walk(T, reverse)) {
      const previous = split(selectView(states, 1, before), 0);
      const own = selectView(x, 0, step);
      const r = args.products ? selectView(args.products, 0, step) : scratch!;
      const leaves = [...split(own, 1), ...split(R ? r : own, 1), ...previous, ...shared.parameters];
      if (R) multiply(previous[0]!, r, ranges.outer);
      if (cell.inner) {
        backend.map(cell.inner.forward, leaves, [], [value!]);
        multiply(value!, r, ranges.inner);
      }
      const inputs = [...leaves, ...shared.lengths];
      backend.map(program, inputs, lengths ? [step] : [], split(selectView(states, 1, after), 0));
    }
    if (args.products && lengths) clearPadding(backend, args.products, lengths, args.products);
  });
}

const accumulate = defineProgram({ inputs: 2 }, ({ x }) => [add(x[0]!, x[1]!)]);

/**
 * Adds what flows back through the inner product to gradients. Inputs are those of the inner backward program, then the gradients so far, and
 * lengths where rows are ragged.
 */
const innerBackward = memo((cell: CellProgram): ((separate: boolean, ragged: boolean) => MapProgram) => {
  const { backward } = cell.inner!;
  const build = (gradients: readonly InnerGradient[], ragged: boolean): MapProgram => {
    const current = gradients.map((_, index) => input(backward.inputs + index));
    const sums = gradients.map(({ value }, index) => add(current[index]!, value));
    const program = programOf(sums, backward.inputs + gradients.length);
    return ragged ? whileRunning(program, sums, current) : program;
  };
  const programs = [false, true].map((separate) =>
    [false, true].map((ragged) => build(innerGradients(cell, separate), ragged)),
  );
  return (separate, ragged) => programs[Number(separate)]![Number(ragged)]!;
});

/** Back through time step by step; only the states' gradients travel. */
export function recurrenceGrad(backend: Backend, args: RecurrenceGradArgs): void {
  const { x, R, lengths, reverse, states, dOutput, dFinal, dx, dr, dParameters, dInitial } = args;
  const [T, B, , H] = x.shape as [number, number, number, number];
  const cell = R ? args.cell : withoutRecurrentProduct(args.cell);
  const { states: S, parameters: P } = cell;
  const shared = perRowAndUnit(args);
  const program = dr
    ? lengths
      ? raggedBackwardFull(cell)
      : cell.backward
    : lengths
      ? raggedBackwardShort(cell)
      : backwardWithoutProduct(cell);
  const { inner } = cell;
  const gradients = innerGradients(cell, dr !== null);
  const ranges = gateRanges(cell);
  const multiplyBack = (step: number, range: readonly [number, number], out: View, add: boolean): void => {
    const pairs = products(gatesOf(R!, 1, range), gatesOf(selectView(dr ?? dx, 0, step), 1, range));
    for (const [index, [weights, gradient]] of pairs.entries()) {
      const options = { accumulate: add || index > 0, ofGradients: true };
      backend.matmul(gradient, permuteView(weights, [1, 0]), out, options);
    }
  };
  withScratch(
    backend,
    [[S, B, H], [S, B, H], [P, T, B, H], inner ? [B, H] : [0]],
    (first, second, dp, dValue) => {
      let carried = first!;
      let next = second!;
      if (dFinal) backend.map(identity, [dFinal], [], [carried]);
      else backend.map(fill, [], [0], [carried]);
      for (const { step, before } of [...walk(T, reverse)].reverse()) {
        const seeds = split(carried, 0);
        const seed = seeds[cell.output]!;
        if (dOutput) backend.map(accumulate, [seed, selectView(dOutput, 0, step)], [], [seed]);
        const leaves = [
          ...split(selectView(x, 0, step), 1),
          ...split(selectView(args.products ?? x, 0, step), 1),
          ...split(selectView(states, 1, before), 0),
          ...shared.parameters,
        ];
        const drs = dr ? split(selectView(dr, 0, step), 1) : [];
        const outs = [
          ...split(selectView(dx, 0, step), 1),
          ...drs,
          ...split(next, 0),
          ...split(selectView(dp!, 1, step), 0),
        ];
        const scalars = lengths ? [step] : [];
        backend.map(program, [...leaves, ...seeds, ...shared.lengths], scalars, outs);
        if (inner) {
          multiplyBack(step, ranges.inner, dValue!, false);
          // Without dr, what follows it comes earlier.
          const places = gradients.map(({ output }) =>
            output < cell.gates || dr ? outs[output]! : outs[output - cell.gates]!,
          );
          const all = [...leaves, dValue!, ...places, ...shared.lengths];
          backend.map(innerBackward(cell)(dr !== null, lengths !== null), all, scalars, places);
        }
        if (R) multiplyBack(step, ranges.outer, selectView(next, 0, 0), true);
        [carried, next] = [next, carried];
      }
      backend.map(identity, [carried], [], [dInitial]);
      if (dParameters) {
        const sums = {
          ...dParameters,
          shape: [P, 1, 1, H],
          strides: [dParameters.strides[0]!, 0, 0, dParameters.strides[1]!],
        };
        backend.reduce('sum', identity, [dp!], [], [1, 2], sums);
      }
    },
  );
}
