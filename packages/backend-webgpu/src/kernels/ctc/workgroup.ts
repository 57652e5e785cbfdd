/** The workgroup that takes a row through its steps. */
export interface Workgroup {
  /** Invocations. */
  readonly lanes: number;
  /** Pairs of states that an invocation owns at most, neighbours of each other. */
  readonly owned: number;
}

/** Limits of a device that matter here. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupSizeX' | 'maxComputeWorkgroupStorageSize'
>;

/**
 * Classes, or pairs of states, up to which an invocation takes a row at a step alone, where steps do not wait for each other: there are
 * many, and on processors that play a GPU sharing one costs far more than the work.
 */
export const mostAlone = 64;

/** Pairs whose numbers fit into the registers of an invocation. */
const mostOwned = 16;

/** Bytes of a number in workgroup memory. */
const wideBytes = 8;

/** Bytes of workgroup memory: two numbers at the edge of each invocation and beside the last, two more, and a length. */
const bytesFor = (lanes: number): number => (2 * (lanes + 1) + 2 + 1) * wideBytes;

/**
 * As many invocations as there are pairs, where the device has those; else each owns several.
 * @param pairs pairs of states, one more than symbols
 * @returns null where there are too many for the device
 */
export function workgroupFor(limits: WorkgroupLimits, pairs: number): Workgroup | null {
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX, 1024);
  const fits = (lanes: number): boolean =>
    lanes <= most && bytesFor(lanes) <= limits.maxComputeWorkgroupStorageSize;
  let lanes = 1;
  while ((lanes < 32 || lanes < pairs) && fits(2 * lanes)) lanes *= 2;
  let owned = 1;
  while (owned * lanes < pairs) owned *= 2;
  return owned <= mostOwned && fits(lanes) ? { lanes, owned } : null;
}
