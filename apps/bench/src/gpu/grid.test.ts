import { expect, test } from 'vitest';
import { squareMatmul } from '../cases/cases.js';
import { competitorOf } from '../libraries/list.js';
import type { Result } from '../measure/measure-all.js';
import type { Outcome } from '../measure/measure-case.js';
import { renderGrid } from './grid.js';

const cases = [squareMatmul(8), squareMatmul(16)];

function result(id: string, outcome: Outcome): Result {
  return { benchCase: cases[0]!, competitor: competitorOf(id), outcome };
}

function measured(ms: number, difference?: string): Outcome {
  const measured = {
    kind: 'measured',
    backend: 'some',
    samples: [ms],
    small: {},
    head: {},
    fingerprints: {},
    rssBytes: 0,
    liveBytes: undefined,
    dispatches: undefined,
    adapter: undefined,
  } as const;
  return { kind: 'measured', measured, difference };
}

test('a line for each case that was measured, with times as multiples of ours', () => {
  const lines = renderGrid(cases, [
    result('ostinato-webgpu', measured(2)),
    result('ostinato-webgpu-steps', measured(3)),
    result('pytorch-cuda', { kind: 'failed', message: 'out of memory' }),
  ]).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/ostinato-webgpu +ostinato-webgpu-steps +pytorch-cuda/);
  expect(lines[1]).toMatch(/matmul-8x8x8 +2\.00 ms +3\.00 ms \(1\.50 x\) +-/);
  expect(lines[2]).toBe('matmul-8x8x8 with pytorch-cuda failed: out of memory');
});

test('wrong results are marked, and there are no multiples without ours', () => {
  const lines = renderGrid(cases, [result('pytorch-cuda', measured(3, 'loss is missing'))]).split('\n');
  expect(lines[1]).toMatch(/matmul-8x8x8 +! 3\.00 ms$/);
  expect(lines[2]).toBe('! matmul-8x8x8 with pytorch-cuda is DIFFERENT: loss is missing');
});
