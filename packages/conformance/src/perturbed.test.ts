import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, describe, expect, it } from 'vitest';
import { conformanceChecks, type DefectName, defects, perturbed } from './checks.js';

const checks = conformanceChecks();
const oracle = new ReferenceBackend();
afterAll(() => oracle.dispose());

/** The message of the first check of the group that fails, or `undefined`. */
async function firstFailure(name: DefectName): Promise<string | undefined> {
  const backend = perturbed(new ReferenceBackend(), name);
  for (const check of checks) {
    if (check.group !== defects[name].group || check.disposes) continue;
    try {
      await check.run(backend, oracle);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

it('a backend without a mistake is not blamed', async () => {
  const backend = perturbed(new ReferenceBackend());
  for (const check of checks) {
    if (!check.disposes) await check.run(backend, oracle);
  }
});

describe('a backend with a mistake is caught', () => {
  for (const name of Object.keys(defects) as DefectName[]) {
    it(name, async () => {
      expect(await firstFailure(name)).toContain(`${defects[name].group} > `);
    });
  }
});
