import type { Backend, CellProgram, FusedKernels } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import { ConformanceError } from './compare.js';
import type { Tolerance, ToleranceName } from './tolerance.js';

/** How many cases of a check the backend's own fused kernel takes; the fallback runs the others. */
export interface Coverage {
  readonly native: number;
  readonly total: number;
}

/** One thing that is true of every backend. */
export interface Check {
  /** What the check is about: `map`, `fused: recurrence`, ... */
  readonly group: string;
  readonly name: string;
  /** The fused kernel that the check runs, where it runs one. */
  readonly fused?: keyof FusedKernels;
  /** Why the check is left out here. */
  readonly skipped?: string;
  /** The check disposes the backend: give it one of its own. */
  readonly disposes?: boolean;
  /** Asks the backend's fused kernel which of the cases it takes. */
  coverage?(backend: Backend): Coverage;
  /** Throws ConformanceError where the backend does something else than it should, or does not give memory back. */
  run(backend: Backend, oracle: ReferenceBackend): Promise<void>;
}

/** What the checks of a run share. */
export interface SuiteContext {
  tolerance(name: ToleranceName): Tolerance;
  /** Cells of the caller, beside those of the suite. */
  readonly cells: readonly CellProgram[];
}

/** A check without its group. */
export type Draft = Omit<Check, 'group'>;

/** Checks about one thing. */
export interface Group {
  readonly name: string;
  drafts(context: SuiteContext): Draft[];
}

/** The checks of a group; each also fails where it leaves memory behind. */
export function checksOf(group: Group, context: SuiteContext): Check[] {
  return group.drafts(context).map((draft) => ({
    ...draft,
    group: group.name,
    run: (backend, oracle) => runChecked(`${group.name} > ${draft.name}`, draft, backend, oracle),
  }));
}

async function runChecked(
  title: string,
  draft: Draft,
  backend: Backend,
  oracle: ReferenceBackend,
): Promise<void> {
  const before = backend.memory();
  try {
    await draft.run(backend, oracle);
  } catch (error) {
    if (error instanceof ConformanceError) throw new ConformanceError(`${title}: ${error.message}`);
    throw error;
  }
  if (draft.disposes) return;
  const after = backend.memory();
  if (after.liveStorages !== before.liveStorages || after.liveBytes !== before.liveBytes) {
    throw new ConformanceError(
      `${title}: memory is left behind: ${before.liveStorages} storages with ${before.liveBytes} bytes before, ` +
        `${after.liveStorages} with ${after.liveBytes} bytes after; each storage that was allocated has been freed`,
    );
  }
}

/** Throws ConformanceError where a statement about the backend does not hold. */
export function ensure(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ConformanceError(otherwise);
}
