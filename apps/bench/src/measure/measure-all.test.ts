import { expect, test } from 'vitest';
import { matchingCases, quickCases } from '../cases/cases.js';
import { type Competitor, competitorOf } from '../libraries/list.js';
import { bundleChild } from './bundle.js';
import { measureAll } from './measure-all.js';

const budget = { samples: 2, sampleMs: 1, limitMs: 500 };

test('measures in processes of their own; what fails there is a result, and the rest goes on', async () => {
  const program = await bundleChild();
  const nobody: Competitor = { ...competitorOf('ostinato'), id: 'nobody', library: 'nobody' };
  const competitors = [nobody, competitorOf('ostinato'), competitorOf('pytorch')];
  const [failed, ours, python] = await measureAll({
    cases: matchingCases(quickCases(), ['lstm-training-4x8x24x32-ragged']),
    competitors,
    unavailable: new Map([['pytorch', 'is not here']]),
    budget,
    run: { program, killMs: 60_000 },
  });
  expect(failed!.outcome).toEqual({ kind: 'failed', message: expect.stringContaining('nobody') });
  expect(ours!.outcome).toMatchObject({ kind: 'measured', difference: undefined });
  expect(python!.outcome).toEqual({ kind: 'unsupported', reason: 'is not here' });
  if (ours!.outcome.kind !== 'measured') throw new Error('not measured');
  const { measured } = ours!.outcome;
  expect(measured.samples).toHaveLength(2);
  expect(Object.keys(measured.fingerprints).sort()).toEqual([
    'bias',
    'loss',
    'output',
    'recurrentWeight',
    'weight',
  ]);
});

test('a process that takes too long is ended', async () => {
  const program = await bundleChild();
  const results = await measureAll({
    cases: matchingCases(quickCases(), ['matmul']),
    competitors: [competitorOf('ostinato')],
    unavailable: new Map(),
    budget,
    run: { program, killMs: 1 },
  });
  expect(results.map(({ outcome }) => outcome)).toEqual([
    { kind: 'failed', message: expect.stringContaining('took longer than') },
  ]);
});

test('stops when it is interrupted, with what there is', async () => {
  const results = await measureAll({
    cases: quickCases(),
    competitors: [competitorOf('ostinato')],
    unavailable: new Map(),
    budget,
    run: { program: await bundleChild(), killMs: 60_000, signal: AbortSignal.abort() },
  });
  expect(results).toEqual([]);
});
