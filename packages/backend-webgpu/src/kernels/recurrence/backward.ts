import {
  ELEMENT_BYTES,
  permuteView,
  type RecurrenceGradArgs,
  reshapeView,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import type { GpuStorage } from '../../device/storage.js';
import type { KernelContext } from '../context.js';
import { type Operand, Operands } from '../operands.js';
import { copy, sumRows } from './copies.js';
import { sizesOf } from './sequence.js';

const label = 'recurrenceGrad';

/** Where the gradients of the products go: there are no products, they are those of x, or they are written beside them. */
export type GradientForm = 'none' | 'shared' | 'separate';

export function gradientForm({ R, dr }: RecurrenceGradArgs): GradientForm {
  if (!R) return 'none';
  return dr ? 'separate' : 'shared';
}

/** R transposed, as a sweep back reads it. The caller frees the storage. */
export interface BackwardWeights {
  readonly storage: GpuStorage;
  readonly operand: Operand;
}

/** R [H, G, H] as a matrix [G · H, H], so that neighbours in a workgroup read neighbours. */
export function transposedWeights(context: KernelContext, R: View): BackwardWeights {
  const transposed = permuteView(R, [1, 2, 0]);
  const [G, H] = transposed.shape as [number, number];
  const storage = context.memory.alloc(sizeOf(R.shape) * ELEMENT_BYTES, true);
  const target = viewOf(storage, transposed.shape);
  copy(context, label, transposed, target);
  return { storage, operand: { view: reshapeView(target, [G * H, H])!, axes: ['term', 'unit'] } };
}

/** Storage buffers without parameters, lengths, dOutput and dr: x, states, products, dx, weights, and what is carried. */
const always = 6;

/**
 * Prepares the scratch of a sweep back, runs it, and writes the gradients of states and parameters.
 * @param weights null where units do not mix
 * @param sweep gets the operands of the call, and `weights`, `carried` [S, B, H], the gradients of the states behind the step, and
 *   `sums` [P, B, H], the gradients of the parameters so far; it leaves its results in the latter two
 */
export function withBackwardScratch(
  context: KernelContext,
  args: RecurrenceGradArgs,
  weights: BackwardWeights | null,
  sweep: (operands: Operands) => void,
): void {
  const { memory, limits } = context;
  const { parameters, lengths, dOutput, dr, dFinal, dInitial, dParameters } = args;
  const { B, H, S, P } = sizesOf(args);
  // Where there are too few buffers, parameters and lengths are copied beside what is carried.
  const optional = [dOutput, dr, parameters, lengths].filter((view) => view !== null).length;
  const missing = Math.max(0, always + optional - limits.maxStorageBuffersPerShaderStage);
  const moved = [parameters, lengths].filter((view) => view !== null).slice(0, missing);
  let end = (S + P) * B * H;
  const size = moved.reduce((sum, { shape }) => sum + sizeOf(shape), end);
  const work = memory.alloc(size * ELEMENT_BYTES, true);
  const near = <V extends View | null>(view: V): V | View => {
    if (!view || !moved.includes(view)) return view;
    const target = viewOf(work, view.shape, 'f32', end);
    end += sizeOf(view.shape);
    copy(context, label, view, target);
    return target;
  };
  try {
    const carried = viewOf(work, [S, B, H]);
    const sums = viewOf(work, [P, B, H], 'f32', S * B * H);
    if (dFinal) {
      copy(context, label, dFinal, carried);
      if (P > 0) copy(context, label, null, sums);
    } else copy(context, label, null, viewOf(work, [S + P, B, H]));
    const nearArgs = { ...args, parameters: near(parameters), lengths: near(lengths) };
    sweep(operandsOf(nearArgs, weights?.operand ?? null, carried, sums));
    copy(context, label, carried, dInitial);
    if (dParameters) sumRows(context, label, sums, dParameters);
  } finally {
    memory.free(work);
    if (weights) memory.free(weights.storage);
  }
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
