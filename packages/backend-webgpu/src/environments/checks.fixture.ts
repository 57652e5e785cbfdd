import type { Check } from '@ostinato/conformance/checks';
import { titleOf } from '@ostinato/conformance/checks';
import type { BackendFactory } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';

/** How a check of the conformance suite ended where there is no vitest. */
export interface Outcome {
  readonly title: string;
  /** What was wrong; null where nothing was. */
  readonly problem: string | null;
}

/**
 * Runs checks on one backend, and those that dispose it each on one of its own.
 * @throws Error where the backend cannot run
 */
export async function* outcomes(factory: BackendFactory, checks: readonly Check[]): AsyncGenerator<Outcome> {
  const start = async () => {
    const backend = await factory();
    if ('unavailable' in backend) throw new Error(backend.unavailable);
    return backend;
  };
  const backend = await start();
  const oracle = new ReferenceBackend();
  for (const check of checks) {
    if (check.skipped !== undefined) continue;
    let problem: string | null = null;
    try {
      await check.run(check.disposes ? await start() : backend, oracle);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    yield { title: titleOf(check), problem };
  }
  backend.dispose();
  oracle.dispose();
}
