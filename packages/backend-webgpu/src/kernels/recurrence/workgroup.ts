import type { Sizes } from './sequence.js';

/** The workgroup that takes a row through its steps. */
export interface Workgroup {
  /** Invocations. */
  readonly lanes: number;
  /** Whether there are more units than invocations, so that each takes several. */
  readonly looped: boolean;
  /** Units for which there is room in workgroup memory. */
  readonly capacity: number;
  /** Into how many parts the product of a unit is cut, each for an invocation, and how many fours of terms a part has. */
  readonly slices: number;
  readonly depth: number;
  /** What the text of a shader depends on. */
  readonly key: string;
}

/** Limits of a device that matter here. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupSizeX' | 'maxComputeWorkgroupStorageSize'
>;

/** Fours of terms of a product that are worth an invocation. */
const leastDepth = 2;

/** Room for the first state, inner values and parts of products, or for two first states. Null where there is not enough. */
export function forwardWorkgroup(limits: WorkgroupLimits, { G, H, I }: Sizes): Workgroup | null {
  const inner = Math.min(1, I);
  return workgroupFor(limits, H, H, 1 + inner + G, 2 + inner);
}

/** Room for the gradients of products, and for parts of what flows back. Null where there is not enough. */
export function backwardWorkgroup(limits: WorkgroupLimits, { G, H, I }: Sizes): Workgroup | null {
  return workgroupFor(limits, H, (G - I) * H, 1 + G, G);
}

/**
 * @param terms terms of the product of a unit
 * @param perLane numbers in workgroup memory for each invocation, where those suffice for all units
 * @param perUnit numbers for each unit, where they do not
 */
function workgroupFor(
  limits: WorkgroupLimits,
  units: number,
  terms: number,
  perLane: number,
  perUnit: number,
): Workgroup | null {
  const room = Math.floor(limits.maxComputeWorkgroupStorageSize / 4);
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX, 1024);
  const fours = Math.ceil(terms / 4);
  const wanted = units * Math.max(1, Math.floor(fours / leastDepth));
  let lanes = Math.min(32, most);
  while (lanes < wanted && 2 * lanes <= most && 2 * lanes * perLane <= room) lanes *= 2;
  if (units <= lanes && lanes * perLane <= room) {
    const slices = Math.max(1, Math.min(Math.floor(lanes / units), Math.floor(fours / leastDepth)));
    const depth = Math.ceil(fours / slices);
    return { lanes, looped: false, capacity: lanes, slices, depth, key: `${lanes}` };
  }
  const capacity = Math.ceil(units / 256) * 256;
  lanes = 2 ** Math.floor(Math.log2(Math.min(most, capacity)));
  if (capacity * perUnit > room) return null;
  return { lanes, looped: true, capacity, slices: 1, depth: fours, key: `${lanes}/${capacity}` };
}
