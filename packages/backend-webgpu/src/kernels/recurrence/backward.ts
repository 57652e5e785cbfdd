import { ELEMENT_BYTES, type RecurrenceGradArgs, sizeOf, type View, viewOf } from '@ostinato/kernel';
import type { KernelContext } from '../context.js';
import { type Operand, Operands } from '../operands.js';
import type { Scratch } from '../scratch.js';
import { copy, sumRows } from './copies.js';
import { sizesOf } from './sequence.js';

const label = 'recurrenceGrad';

/** Where the gradients of the products go: there are no products, they are those of x, or they are written beside them. */
export type GradientForm = 'none' | 'shared' | 'separate';

export function gradientForm({ R, dr }: RecurrenceGradArgs): GradientForm {
  if (!R) return 'none';
  return dr ? 'separate' : 'shared';
}

/** Storage buffers without parameters, lengths, dOutput and dr: x, states, products, dx, weights, and what is carried. */
const always = 6;

/**
 * Prepares what a sweep back works on, runs it, and writes the gradients of states and parameters.
 * @param weights null where units do not mix
 * @param sweep gets the operands of the call, and `weights`, `carried` [S, B, H], the gradients of the states behind the step, and
 *   `sums` [P, B, H], the gradients of the parameters so far; it leaves its results in the latter two
 */
export function sweepBack(
  context: KernelContext,
  scratch: Scratch,
  args: RecurrenceGradArgs,
  weights: Operand | null,
  sweep: (operands: Operands) => void,
): void {
  const { limits } = context;
  const { parameters, lengths, dOutput, dr, dFinal, dInitial, dParameters } = args;
  const { B, H, S, P } = sizesOf(args);
  // Where there are too few buffers, parameters and lengths are copied beside what is carried.
  const optional = [dOutput, dr, parameters, lengths].filter((view) => view !== null).length;
  const missing = Math.max(0, always + optional - limits.maxStorageBuffersPerShaderStage);
  const moved = [parameters, lengths].filter((view) => view !== null).slice(0, missing);
  let end = (S + P) * B * H;
  const size = moved.reduce((sum, { shape }) => sum + sizeOf(shape), end);
  const work = scratch(size * ELEMENT_BYTES);
  const near = <V extends View | null>(view: V): V | View => {
    if (!view || !moved.includes(view)) return view;
    const target = viewOf(work, view.shape, 'f32', end);
    end += sizeOf(view.shape);
    copy(context, label, view, target);
    return target;
  };
  const carried = viewOf(work, [S, B, H]);
  const sums = viewOf(work, [P, B, H], 'f32', S * B * H);
  if (dFinal) {
    copy(context, label, dFinal, carried);
    if (P > 0) copy(context, label, null, sums);
  } else copy(context, label, null, viewOf(work, [S + P, B, H]));
  const nearArgs = { ...args, parameters: near(parameters), lengths: near(lengths) };
  sweep(operandsOf(nearArgs, weights, carried, sums));
  copy(context, label, carried, dInitial);
  if (dParameters) sumRows(context, label, sums, dParameters);
}

function operandsOf(args: RecurrenceGradArgs, weights: Operand | null, carried: View, sums: View): Operands {
  const { x, R, states, products, parameters, lengths, dOutput, dx, dr } = args;
  const sequence = ['time', 'row', 'gate', 'unit'];
  const perUnit = ['index', 'row', 'unit'];
  return new Operands({
    x: { view: x, axes: sequence },
    weights,
    states: { view: states, axes: ['state', 'slot', 'row', 'unit'] },
    products: R && products ? { view: products, axes: sequence } : null,
    parameters: parameters && { view: parameters, axes: ['parameter', 'unit'] },
    lengths: lengths && { view: lengths, axes: ['row'] },
    dOutput: dOutput && { view: dOutput, axes: ['time', 'row', 'unit'] },
    dx: { view: dx, axes: sequence, write: true },
    dr: dr && { view: dr, axes: sequence, write: true },
    carried: { view: carried, axes: perUnit, write: true },
    sums: sums.shape[0]! > 0 ? { view: sums, axes: perUnit, write: true } : null,
  });
}
