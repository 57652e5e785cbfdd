import { defineCell, expr } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { describe, expect, it } from 'vitest';
import { type Check, type ConformanceOptions, conformanceChecks, perturbed } from './checks.js';

function find(options: ConformanceOptions, group: string, name: string): Check {
  const found = conformanceChecks(options).find((check) => check.group === group && check.name === name);
  if (!found) throw new Error(`there is no check ${group} > ${name}`);
  return found;
}

describe('conformanceChecks', () => {
  it('gives every check a name of its own', () => {
    const titles = conformanceChecks().map(({ group, name }) => `${group} > ${name}`);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it('marks checks that are left out, with the reason', () => {
    const skip = { 'primitives > infinity and NaN': 'not dependable here' };
    const skipped = conformanceChecks({ skip }).filter((check) => check.skipped !== undefined);
    expect(skipped.length).toBeGreaterThan(10);
    expect(skipped.every((check) => check.name.startsWith('infinity and NaN'))).toBe(true);
    expect(skipped[0]!.skipped).toBe('not dependable here');
  });

  it('refuses to skip what does not exist', () => {
    expect(() => conformanceChecks({ skip: { 'primitves > exp': 'typing error' } })).toThrow(
      'primitves > exp',
    );
  });

  it('takes tolerances', async () => {
    const backend = perturbed(new ReferenceBackend(), 'map: one number is off');
    const oracle = new ReferenceBackend();
    const run = (options: ConformanceOptions): Promise<void> =>
      find(options, 'primitives', 'exp').run(backend, oracle);
    await expect(run({})).rejects.toThrow('primitives > exp');
    await expect(run({ tolerance: { exp: { relative: 0.01 } } })).resolves.toBeUndefined();
  });

  it('tests cells of the caller', async () => {
    const mine = defineCell({ name: 'mine', gates: 1, states: 1 }, ({ x, r, s }) => [
      expr.mul(expr.add(x[0]!, r[0]!), expr.cos(s[0]!)),
    ]);
    const check = find({ cells: [mine] }, 'fused: recurrenceGrad', 'mine against finite differences');
    await expect(check.run(new ReferenceBackend(), new ReferenceBackend())).resolves.toBeUndefined();
  });

  it('counts the cases that a fused kernel takes', () => {
    const check = find({}, 'fused: recurrence', 'GRU');
    const backend = new ReferenceBackend();
    const total = check.coverage!(backend).total;
    expect(check.coverage!(backend)).toEqual({ native: 0, total });
    const forwardOnly = { supports: ({ reverse }: { reverse: boolean }) => !reverse, run: () => {} };
    const partial = { ...perturbed(backend), fused: { recurrence: forwardOnly } };
    const { native } = check.coverage!(partial);
    expect(native).toBeGreaterThan(0);
    expect(native).toBeLessThan(total);
    expect(backend.memory().liveStorages).toBe(0);
  });
});
