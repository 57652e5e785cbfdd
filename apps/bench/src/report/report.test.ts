import { expect, test } from 'vitest';
import type { BenchCase } from '../cases/cases.js';
import { allCases } from '../cases/cases.js';
import { competitorOf } from '../libraries/list.js';
import type { Measured } from '../measure/job.js';
import type { Result } from '../measure/measure-all.js';
import { chartSpec, dotsOf } from './chart.js';
import { clock, duration, significant } from './format.js';
import { growthsOf } from './growth.js';
import { Progress } from './progress.js';
import { adaptersOf, gapsOf, rowsOf } from './rows.js';
import { renderGrowths, renderRows } from './table.js';
import { rowWith } from './testing.js';

const matmul: BenchCase = {
  name: 'matmul-100x100x50',
  task: { kind: 'matmul', rows: 100, inner: 100, columns: 50 },
  measures: 'time',
};

function measured(id: string, samples: number[], difference?: string): Result {
  const measured: Measured = {
    kind: 'measured',
    backend: 'some',
    samples,
    small: {},
    head: {},
    fingerprints: {},
    rssBytes: 5e7,
    liveBytes: undefined,
    dispatches: undefined,
    adapter: undefined,
  };
  return {
    benchCase: matmul,
    competitor: competitorOf(id),
    outcome: { kind: 'measured', measured, difference },
  };
}

test('a row has the fields that its readers count on', () => {
  const [ours, theirs] = rowsOf([
    measured('ostinato', [2, 1, 3]),
    measured('tfjs-wasm', [10], 'bias is missing'),
  ]);
  expect(ours).toEqual({
    case: 'matmul-100x100x50',
    op: 'matmul',
    shape: '100x100x50',
    library: 'ostinato',
    backend: 'some',
    threads: 1,
    ms: 2,
    gflops: 0.5,
    timesRealTime: null,
    ratioToOurs: 1,
    msLowerQuartile: 1.5,
    msUpperQuartile: 2.5,
    msMinimum: 1,
    msMaximum: 3,
    samples: 3,
    dispatches: null,
    check: 'equal',
    rssBytes: 5e7,
    liveBytes: null,
  });
  expect(theirs).toMatchObject({ library: 'tensorflow.js', ratioToOurs: 5, check: 'bias is missing' });
});

test('without ours there is no ratio', () => {
  expect(rowsOf([measured('tfjs-wasm', [10])])[0]!.ratioToOurs).toBeNull();
  expect(rowsOf([measured('ostinato-2', [10])])[0]!.ratioToOurs).toBeNull();
});

test('on the GPU ratios are taken to ours there, and the devices are named', () => {
  const onGpu = (id: string, ms: number, adapter: string): Result => {
    const result = measured(id, [ms]);
    if (result.outcome.kind !== 'measured') throw new Error('not measured');
    const { outcome } = result;
    return { ...result, outcome: { ...outcome, measured: { ...outcome.measured, dispatches: 7, adapter } } };
  };
  const results = [onGpu('ostinato-webgpu', 2, 'one'), onGpu('jax-webgpu', 6, 'one')];
  expect(rowsOf(results)).toMatchObject([
    { ratioToOurs: 1, dispatches: 7 },
    { ratioToOurs: 3, dispatches: 7 },
  ]);
  expect(adaptersOf(results)).toBe('one');
  expect(adaptersOf([...results, onGpu('tfjs-webgpu', 1, 'another')])).toBe('one and another');
  expect(adaptersOf([measured('ostinato', [1])])).toBeUndefined();
});

test('what was not measured is a gap with its reason, and no row', () => {
  const competitor = competitorOf('onnxruntime');
  const results: Result[] = [
    { benchCase: matmul, competitor, outcome: { kind: 'unsupported', reason: 'cannot train' } },
    { benchCase: matmul, competitor, outcome: { kind: 'failed', message: 'out of memory' } },
  ];
  expect(rowsOf(results)).toEqual([]);
  expect(gapsOf(results).map(({ kind, reason }) => [kind, reason])).toEqual([
    ['unsupported', 'cannot train'],
    ['failed', 'out of memory'],
  ]);
});

test('the table shows figures, dashes with reasons, and what is wrong', () => {
  const rows = [
    rowWith({}),
    rowWith({ library: 'other', ms: 1500, ratioToOurs: 750, check: 'bias is missing', samples: 1 }),
  ];
  const gap = {
    case: rows[0]!.case,
    library: 'third',
    threads: 1,
    kind: 'failed',
    reason: 'no memory',
  } as const;
  const lines = renderRows(['lstm-training-2x3x4x5', 'elsewhere'], rows, [gap]).split('\n');
  expect(lines[0]).toBe('lstm-training-2x3x4x5');
  expect(lines[1]).toMatch(/library +backend +threads +median +quartiles +GFLOP\/s +x ours +results/);
  expect(lines[2]).toMatch(/ostinato +cpu +1 +2\.00 ms +1\.90 ms - 2\.10 ms +1\.50 +1\.00 +equal/);
  expect(lines[3]).toMatch(/other +cpu +1 +1\.50 s +one sample +1\.50 +750 +DIFFERENT: bias is missing/);
  expect(lines[4]).toMatch(/third +- +1 +- +- +- +- +failed: no memory/);
  expect(lines.join()).not.toContain('elsewhere');
});

test('cases with sound tell multiples of real time', () => {
  const features: BenchCase = {
    name: 'features-mfcc-20x8000',
    task: { kind: 'features', features: 'mfcc', seconds: 20, sampleRate: 8000 },
    measures: 'time',
  };
  const rows = rowsOf([{ ...measured('ostinato', [40]), benchCase: features }]);
  expect(rows).toMatchObject([{ op: 'features-mfcc', shape: '(20,8000)', gflops: null, timesRealTime: 500 }]);
  const lines = renderRows([features.name], rows, []).split('\n');
  expect(lines[1]).toMatch(/quartiles +x real time +x ours/);
  expect(lines[2]).toMatch(/40\.0 ms +one sample +500 +1\.00 +equal/);
});

test('the table shows dispatches where they were counted, in place of threads', () => {
  const rows = [
    rowWith({ backend: 'webgpu', dispatches: 78 }),
    rowWith({ case: 'first-result', backend: 'webgpu', samples: 1 }),
  ];
  const gap = {
    case: rows[0]!.case,
    library: 'other',
    threads: 1,
    kind: 'unsupported',
    reason: 'has none',
  } as const;
  const lines = renderRows(['lstm-training-2x3x4x5', 'first-result'], rows, [gap]).split('\n');
  expect(lines[1]).toMatch(/library +backend +dispatches +median/);
  expect(lines[2]).toMatch(/ostinato +webgpu +78 +2\.00 ms/);
  expect(lines[3]).toMatch(/other +- +- +- +- +- +- +has none/);
  expect(lines.at(-2)).toMatch(/ostinato +webgpu +2\.00 ms +one sample/);
});

test('growth: exponents along T of time and memory', () => {
  const cases = allCases().filter(({ along }) => along === 'T');
  const rows = cases.map(({ name, task }) => {
    const time = task.kind === 'recurrent' ? task.time : 0;
    return rowWith({ case: name, ms: 0.1 * time, liveBytes: 1000 * time, rssBytes: 5e7 });
  });
  const growths = growthsOf(cases, rows);
  expect(growths.map(({ of, exponent }) => [of, Number(exponent.toFixed(3))])).toEqual([
    ['time', 1],
    ['rss', 0],
    ['live', 1],
  ]);
  expect(renderGrowths(growths)).toMatch(
    /time of a step +T +ostinato +cpu +1 +1\.00 +T 25: 2\.50 ms +T 400: 40\.0 ms/,
  );
  expect(renderGrowths([])).toBe('');
});

test('the chart shows what was measured correctly beside ours', () => {
  const rows = [
    rowWith({}),
    rowWith({ library: 'tensorflow.js', backend: 'wasm', ratioToOurs: 12 }),
    rowWith({ library: 'wrong', check: 'loss is missing' }),
    rowWith({ case: 'scaling-T-lstm-training-2x3x4x5' }),
    rowWith({ case: 'matmul-1x1x1', op: 'matmul' }),
  ];
  expect(dotsOf(rows)).toEqual([
    { what: 'LSTM (2,3,4,5)', mode: 'training', who: 'ostinato, 1 thread', ratio: 1 },
    { what: 'LSTM (2,3,4,5)', mode: 'training', who: 'tensorflow.js wasm, 1 thread', ratio: 12 },
  ]);
  expect(JSON.stringify(chartSpec(rows))).toContain(
    '"domain":["ostinato, 1 thread","tensorflow.js wasm, 1 thread"]',
  );
  expect(() => chartSpec([])).toThrow(RangeError);
});

test('the chart knows libraries on the GPU, where threads say nothing', () => {
  const rows = [
    rowWith({ backend: 'webgpu' }),
    rowWith({ library: 'jax-js', backend: 'webgpu', ratioToOurs: 3 }),
  ];
  expect(dotsOf(rows).map(({ who }) => who)).toEqual(['ostinato webgpu', 'jax-js webgpu']);
  expect(JSON.stringify(chartSpec(rows))).toContain('a multiple of ostinato (less is faster)');
});

test('numbers as people read them', () => {
  expect(duration(0.01234)).toBe('0.0123 ms');
  expect(duration(45.67)).toBe('45.7 ms');
  expect(duration(1234)).toBe('1.23 s');
  expect(significant(0)).toBe('0');
  expect(significant(12345)).toBe('12345');
  expect(clock(3725)).toBe('1:02:05');
});

test('progress: a line for each measurement, with the time left, where nobody looks at a terminal', () => {
  let now = 0;
  let written = '';
  const progress = new Progress({ write: (text) => (written += text) }, 3, () => now);
  progress.begin('first');
  now = 5000;
  progress.end();
  progress.begin('second');
  progress.close();
  expect(written).toBe('1 of 3: first\n2 of 3, 0:10 left: second\n');
});

test('progress: one line of a terminal, never longer than it is wide', () => {
  let written = '';
  const stream = { isTTY: true, columns: 20, write: (text: string) => (written += text) };
  new Progress(stream, 3, () => 0).begin('a long name of a case');
  expect(written).toBe('\r\u001b[K1 of 3: a long name');
});
