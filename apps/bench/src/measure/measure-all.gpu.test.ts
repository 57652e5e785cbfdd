import { expect, test } from 'vitest';
import { matchingCases, quickCases } from '../cases/cases.js';
import { competitorOf } from '../libraries/list.js';
import { bundleChild } from './bundle.js';
import { measureAll } from './measure-all.js';

test('processes compute on WebGPU, and say on what and in how many dispatches', async () => {
  const [result] = await measureAll({
    cases: matchingCases(quickCases(), ['matmul']),
    competitors: [competitorOf('ostinato-webgpu')],
    unavailable: new Map(),
    budget: { samples: 2, sampleMs: 1, limitMs: 500 },
    run: { program: await bundleChild(), killMs: 60_000 },
  });
  expect(result!.outcome).toMatchObject({
    kind: 'measured',
    difference: undefined,
    measured: { backend: 'webgpu', dispatches: 1 },
  });
  const { outcome } = result!;
  if (outcome.kind !== 'measured') throw new Error('not measured');
  expect(outcome.measured.adapter?.toLowerCase()).toContain(process.env.EXPECTED_ADAPTER);
});
