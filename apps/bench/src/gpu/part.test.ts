import { expect, test } from 'vitest';
import { lstmTraining, squareMatmul } from '../cases/cases.js';
import { competitorOf } from '../libraries/list.js';
import { bundleChild } from '../measure/bundle.js';
import type { Result } from '../measure/measure-all.js';
import { type Conditions, measurePart, type Part } from './part.js';
import { reportOf, textOf, type Where } from './report.js';

const part: Part = {
  name: 'products',
  title: 'Products',
  seconds: 60,
  cases: [squareMatmul(8), squareMatmul(16)],
  competitors: [competitorOf('ostinato')],
  render: (results: readonly Result[]) => results.map(({ benchCase }) => benchCase.name).join(),
};

const conditions = async (signal?: AbortSignal): Promise<Conditions> => ({
  budget: { samples: 1, sampleMs: 1, limitMs: 500 },
  run: { program: await bundleChild(), killMs: 60_000, signal },
});

const where: Where = {
  machine: { cpu: 'some', cores: 2, system: 'linux', node: '20', date: '2026-01-01', adapter: 'one' },
  driver: 'lavapipe',
  card: undefined,
  peak: undefined,
  commit: 'abc',
};

test('a part is measured where its time suffices', async () => {
  const result = await measurePart(part, 60, await conditions());
  expect(result).toMatchObject({ obstacle: undefined, skipped: [] });
  expect(result.results.map(({ outcome }) => outcome.kind)).toEqual(['measured', 'measured']);
  const { parts } = reportOf(where, [result]);
  expect(parts[0]).toMatchObject({ name: 'products', obstacle: null, gaps: [] });
  expect(parts[0]!.rows.map((row) => row.case)).toEqual(['matmul-8x8x8', 'matmul-16x16x16']);
  const text = textOf(where, [result]);
  expect(text).toContain('WebGPU on one (a software driver: its times say nothing about GPUs)');
  expect(text).toContain('matmul-8x8x8,matmul-16x16x16');
});

test('what the time does not suffice for is named', async () => {
  const controller = new AbortController();
  const endless: Part = {
    ...part,
    cases: [...part.cases, { ...lstmTraining([1, 2, 3, 4]), libraries: ['nobody'] }],
    async prepare() {
      controller.abort();
      return undefined;
    },
  };
  const result = await measurePart(endless, 60, await conditions(controller.signal));
  expect(result.results).toEqual([]);
  expect(result.skipped).toEqual(['matmul-8x8x8 with ostinato', 'matmul-16x16x16 with ostinato']);
  expect(textOf(where, [result])).toMatch(/skipped.*\n {2}matmul-8x8x8 with ostinato\n/);
});

test('a part that lacks something or has no time says so', async () => {
  const lacking: Part = { ...part, prepare: async () => 'there is no card' };
  const results = [
    await measurePart(lacking, 60, await conditions()),
    await measurePart(part, 2, await conditions()),
    await measurePart(part, 60, await conditions(AbortSignal.abort())),
  ];
  expect(results.map(({ obstacle }) => obstacle)).toEqual([
    'there is no card',
    'no time is left',
    'interrupted',
  ]);
  expect(textOf(where, results)).toContain('skipped: there is no card');
});
