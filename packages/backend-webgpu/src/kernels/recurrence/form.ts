import type { Sizes } from './sequence.js';
import { tileFor } from './tile.js';
import { backwardWorkgroup, forwardWorkgroup, type WorkgroupLimits } from './workgroup.js';

/**
 * How a recurrence runs. `sequence`: a workgroup takes a row through all steps, a dispatch or a few in all. `steps`: a dispatch for each
 * step, in which workgroups share the rows and units.
 */
export type RecurrenceForm = 'sequence' | 'steps';

/** Weights that one workgroup reads in about the time that it takes to begin a dispatch. */
const mostWeights = 2 ** 18;
/** Weights that all workgroups together read in that time; processors that play a GPU begin at once, and read one after the other. */
const mostReads = { gpu: 2 ** 23, software: 2 ** 16 };
/** Steps below which it does not pay to pack weights first. */
const fewSteps = 4;

/** What a device has. */
export interface FormLimits extends WorkgroupLimits {
  /** Whether it is a processor that plays a GPU. */
  readonly isSoftware: boolean;
}

/** How far a guess by sizes may be off: where a form seems so many times better than the other, it is. */
const doubt = 8;

/** What runs a sweep: the form that is best by its sizes, and the other one where the device has room for it and sizes do not settle it. */
export interface FormChoice {
  readonly form: RecurrenceForm;
  readonly rival: RecurrenceForm | null;
}

/**
 * The form for a sweep: whole sequences as long as a row reads its weights again in about the time that a dispatch would cost,
 * and all rows together do; else steps, whose workgroups read the weights once for many rows. Processors that play a GPU do without
 * either for larger products: invocations that meet at barriers take turns there, and workgroup memory is like any other, so that the
 * fallback is faster.
 * @param wanted the form that is asked for; another is taken where a device has no room for it
 * @returns null where there is room for neither, or neither is worth it
 */
export function formFor(
  limits: FormLimits,
  sizes: Sizes,
  sweep: 'forward' | 'backward',
  wanted?: RecurrenceForm,
): FormChoice | null {
  const { T, B, G, H } = sizes;
  const workgroup = (sweep === 'forward' ? forwardWorkgroup : backwardWorkgroup)(limits, sizes);
  const tile = tileFor(limits.maxComputeWorkgroupStorageSize, B, sweep === 'forward' ? G : 1);
  const settled = (form: RecurrenceForm): FormChoice => ({ form, rival: null });
  const weights = G * H * H;
  const reads = B * weights;
  const isLarge = limits.isSoftware && reads > mostReads.software && !wanted;
  // Steps with a second product run within workgroups only.
  if (sizes.I > 0) return workgroup && !isLarge ? settled('sequence') : null;
  if (!workgroup || !tile) return workgroup ? settled('sequence') : tile ? settled('steps') : null;
  if (wanted) return settled(wanted);
  if (isLarge) return null;
  if (T < fewSteps) return settled('steps');
  const most = limits.isSoftware ? mostReads.software : mostReads.gpu;
  // Above 1 the sequence seems too large.
  const size = Math.max(weights / mostWeights, reads / most);
  const form = size <= 1 ? 'sequence' : 'steps';
  if (size * doubt < 1 || size > doubt) return settled(form);
  return { form, rival: form === 'steps' ? 'sequence' : 'steps' };
}
