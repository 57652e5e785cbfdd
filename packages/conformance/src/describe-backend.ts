import type { Backend, BackendFactory } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, describe, it } from 'vitest';
import { type Check, type ConformanceOptions, conformanceChecks } from './checks.js';

/**
 * Registers the whole suite for a backend with vitest. Where the backend cannot run, one skipped test says why.
 * Checks of fused kernels say in their names whether the backend's own kernel ran (native) or its fallback.
 * @param name what the tests are called
 * @param factory makes the backend; it is called once for the suite, and once for the check that disposes it
 * @example describeBackend('cpu', cpu());
 */
export function describeBackend(
  name: string,
  factory: BackendFactory,
  options: ConformanceOptions = {},
): void {
  describe(`conformance of ${name}`, async () => {
    const backend = await factory();
    if ('unavailable' in backend) {
      it.skip(`cannot run here: ${backend.unavailable}`, () => {});
      return;
    }
    const oracle = new ReferenceBackend();
    afterAll(() => {
      backend.dispose();
      oracle.dispose();
    });
    const checks = conformanceChecks(options);
    for (const group of new Set(checks.map((check) => check.group))) {
      const members = checks.filter((check) => check.group === group);
      describe(groupTitle(group, members, backend), () => {
        for (const check of members) register(check, backend, oracle, factory);
      });
    }
  });
}

function groupTitle(group: string, checks: readonly Check[], backend: Backend): string {
  const fused = checks.find((check) => check.fused)?.fused;
  return fused ? `${group} (${backend.fused[fused] ? 'native' : 'fallback'})` : group;
}

function register(check: Check, backend: Backend, oracle: ReferenceBackend, factory: BackendFactory): void {
  if (check.skipped !== undefined) {
    it.skip(`${check.name} (${check.skipped})`, () => {});
    return;
  }
  it(check.name + coverageTitle(check, backend), async () => {
    if (!check.disposes) return check.run(backend, oracle);
    const own = await factory();
    if ('unavailable' in own) throw new Error(`the backend started once, but not twice: ${own.unavailable}`);
    await check.run(own, oracle);
  });
}

function coverageTitle(check: Check, backend: Backend): string {
  if (!check.fused || !backend.fused[check.fused]) return '';
  const coverage = check.coverage?.(backend);
  return coverage ? ` (native in ${coverage.native} of ${coverage.total} cases)` : '';
}
