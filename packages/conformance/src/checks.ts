import type { CellProgram } from '@ostinato/kernel';
import { type Check, checksOf, type Group, type SuiteContext } from './check.js';
import { ctcLoss } from './groups/ctc-loss.js';
import { flush } from './groups/flush.js';
import { gather, scatterAdd } from './groups/gather.js';
import { golden } from './groups/golden.js';
import { gradients } from './groups/gradients.js';
import { layerNorm } from './groups/layer-norm.js';
import { leaks } from './groups/leaks.js';
import { linearChain } from './groups/linear-chain.js';
import { map } from './groups/map.js';
import { matmul } from './groups/matmul.js';
import { primitiveGroup } from './groups/primitives.js';
import { projection } from './groups/projection.js';
import { random } from './groups/random.js';
import { recurrence } from './groups/recurrence.js';
import { recurrenceGrad } from './groups/recurrence-grad.js';
import { reduce } from './groups/reduce.js';
import { softmax } from './groups/softmax.js';
import { storage } from './groups/storage.js';
import { defaultTolerances, type ToleranceName, type ToleranceOverrides } from './tolerance.js';

export type { Check, Coverage } from './check.js';
export { ConformanceError } from './compare.js';
export type { Defect } from './defects/defect.js';
export { type DefectName, defects, perturbed } from './perturbed.js';
export {
  defaultTolerances,
  type Tolerance,
  type ToleranceName,
  type ToleranceOverrides,
} from './tolerance.js';

/** What a backend's author may say about the suite. */
export interface ConformanceOptions {
  /** Tolerances that differ from `defaultTolerances`. */
  readonly tolerance?: ToleranceOverrides;
  /**
   * Checks to leave out, each with the reason: the start of `group > name` of a check.
   * @example { 'primitives > infinity and NaN': 'WGSL has no dependable infinity' }
   */
  readonly skip?: Readonly<Record<string, string>>;
  /** Cells to test beside those of the suite. */
  readonly cells?: readonly CellProgram[];
}

const groups: readonly Group[] = [
  storage,
  primitiveGroup,
  map,
  random,
  reduce,
  matmul,
  gather,
  scatterAdd,
  recurrence,
  recurrenceGrad,
  projection,
  linearChain,
  softmax,
  layerNorm,
  ctcLoss,
  golden,
  gradients,
  flush,
  leaks,
];

/**
 * The suite as data, for use without vitest.
 * @throws Error where `skip` names no check
 * @example
 * for (const check of conformanceChecks()) {
 *   if (!check.skipped && !check.disposes) await check.run(backend, new ReferenceBackend());
 * }
 */
export function conformanceChecks(options: ConformanceOptions = {}): Check[] {
  const context: SuiteContext = {
    cells: options.cells ?? [],
    tolerance: (name: ToleranceName) => ({ ...defaultTolerances[name], ...options.tolerance?.[name] }),
  };
  const checks = groups.flatMap((group) => checksOf(group, context));
  const skip = Object.entries(options.skip ?? {});
  for (const [start] of skip) {
    if (!checks.some((check) => titleOf(check).startsWith(start))) {
      throw new Error(`conformance: skip names "${start}", but no check starts like that`);
    }
  }
  return checks.map((check) => {
    const reason = skip.find(([start]) => titleOf(check).startsWith(start))?.[1];
    return reason === undefined ? check : { ...check, skipped: reason };
  });
}

/** `group > name` of a check. */
export function titleOf({ group, name }: Check): string {
  return `${group} > ${name}`;
}
