import {
  ELEMENT_BYTES,
  permuteView,
  type RecurrenceGradArgs,
  reshapeView,
  type View,
  viewOf,
} from '@ostinato/kernel';
import type { GpuStorage } from '../../device/storage.js';
import type { KernelContext } from '../context.js';
import { copy, sumRows } from './copies.js';
import { Operands } from './operands.js';
import { sizesOf } from './sequence.js';

/** Where the gradients of the products go: there are no products, they are those of x, or they are written beside them. */
export type GradientForm = 'none' | 'shared' | 'separate';

export function gradientForm({ R, dr }: RecurrenceGradArgs): GradientForm {
  if (!R) return 'none';
  return dr ? 'separate' : 'shared';
}

/** What both forms of the sweep back work with. */
export interface BackwardScratch {
  /**
   * Those of the call, and: `weights` [G · H, H], the transposed of R, so that neighbours in a workgroup read neighbours; `carried`
   * [S, B, H], the gradients of the states behind the step; `sums` [P, B, H], the gradients of parameters so far.
   */
  readonly operands: Operands;
}

/** Storage buffers without parameters, lengths, dOutput and dr: x, states, products, dx, weights, and what is carried. */
const always = 6;

/**
 * Prepares the scratch of a sweep back, runs it, and writes the gradients of states and parameters.
 * @param sweep leaves the gradients in `carried` and `sums`
 */
export function withBackwardScratch(
  context: KernelContext,
  args: RecurrenceGradArgs,
  sweep: (scratch: BackwardScratch) => void,
): void {
  const { memory } = context;
  const { dFinal, dInitial, dParameters } = args;
  const { B, H, S, P } = sizesOf(args);
  const label = 'recurrenceGrad';
  const constants = constantsOf(context, args);
  const work = memory.alloc((S + P) * B * H * ELEMENT_BYTES);
  try {
    const carried = viewOf(work, [S, B, H]);
    const sums = viewOf(work, [P, B, H], 'f32', S * B * H);
    if (dFinal) {
      copy(context, label, dFinal, carried);
      if (P > 0) copy(context, label, null, sums);
    } else copy(context, label, null, viewOf(work, [S + P, B, H]));
    sweep({ operands: operandsOf(args, constants, carried, sums) });
    copy(context, label, carried, dInitial);
    if (dParameters) sumRows(context, label, sums, dParameters);
  } finally {
    memory.free(work);
    if (constants.storage) memory.free(constants.storage);
  }
}

interface Constants {
  readonly storage: GpuStorage | null;
  readonly weights: View | null;
  readonly parameters: View | null;
  readonly lengths: View | null;
}

/** Copies R transposed into scratch, and beside it parameters and lengths where buffers are too few to bind all. */
function constantsOf(context: KernelContext, args: RecurrenceGradArgs): Constants {
  const { R, parameters, lengths, dOutput, dr } = args;
  if (!R) return { storage: null, weights: null, parameters, lengths };
  const { B, G, H, P } = sizesOf(args);
  const limit = context.limits.maxStorageBuffersPerShaderStage;
  const optional = [dOutput, dr, parameters, lengths].filter((view) => view !== null).length;
  const missing = Math.max(0, always + optional - limit);
  const packsParameters = parameters !== null && missing > 0;
  const packsLengths = lengths !== null && missing > (packsParameters ? 1 : 0);
  const size = G * H * H + (packsParameters ? P * H : 0) + (packsLengths ? B : 0);
  const storage = context.memory.alloc(size * ELEMENT_BYTES);
  let end = 0;
  const place = (source: View): View => {
    const target = viewOf(storage, source.shape, 'f32', end);
    end += source.shape.reduce((product, length) => product * length, 1);
    copy(context, 'recurrenceGrad', source, target);
    return target;
  };
  const transposed = place(permuteView(R, [1, 2, 0]));
  return {
    storage,
    weights: reshapeView(transposed, [G * H, H])!,
    parameters: packsParameters ? place(parameters) : parameters,
    lengths: packsLengths ? place(lengths) : lengths,
  };
}

function operandsOf(args: RecurrenceGradArgs, constants: Constants, carried: View, sums: View): Operands {
  const { x, R, states, products, dOutput, dx, dr } = args;
  const { weights, parameters, lengths } = constants;
  const sequence = ['time', 'row', 'gate', 'unit'];
  const perUnit = ['index', 'row', 'unit'];
  return new Operands({
    x: { view: x, axes: sequence },
    weights: weights && { view: weights, axes: ['term', 'unit'] },
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
