import { conformanceChecks } from '@ostinato/conformance';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdapter } from '../adapter.js';
import type { GpuBackend } from '../backend.js';
import type { Plan } from './matmul-plan.js';
import { plannedBackend } from './planned.fixture.js';

/**
 * Ways to compute products that software drivers never choose, or seldom, and which checks of the conformance suite they run: those
 * that meet each layout. Shaders with workgroup memory are slow to compile there.
 */
const plans: readonly { readonly plan: Plan; readonly checks: readonly string[] }[] = [
  {
    plan: { kind: 'registers', rows: 4, columns: 4, across: 1, down: 1, slices: 64 },
    checks: ['accumulate', '[130, 70] · [70, 90]', 'gradient of the weight'],
  },
  {
    plan: { kind: 'registers', rows: 1, columns: 4, across: 4, down: 1, slices: 16 },
    checks: ['batches', '[130, 70] · [70, 90]'],
  },
  {
    plan: { kind: 'shared', rows: 4, columns: 4, side: 8 },
    checks: ['operands of every arrangement', 'projection', 'gradient of the weight'],
  },
  {
    plan: { kind: 'shared', rows: 4, columns: 4, side: 16 },
    checks: ['accumulate', '[130, 70] · [70, 90]'],
  },
];

const adapter = await findAdapter({});
const reason = 'unavailable' in adapter ? adapter.unavailable : undefined;

const groups = ['matmul', 'fused: projection'];

for (const { plan, checks } of plans) {
  describe.skipIf(reason)(`products by the plan ${JSON.stringify(plan)}`, () => {
    const oracle = new ReferenceBackend();
    let backend: GpuBackend;
    beforeAll(async () => {
      backend = await plannedBackend(plan);
    });
    afterAll(() => {
      backend.dispose();
      oracle.dispose();
    });

    it.each(checks)('%s', async (name) => {
      const check = conformanceChecks().find((one) => groups.includes(one.group) && one.name === name)!;
      const coverage = check.coverage?.(backend);
      expect(coverage?.native).toBe(coverage?.total);
      await check.run(backend, oracle);
    });
  });
}
