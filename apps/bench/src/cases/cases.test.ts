import { expect, test } from 'vitest';
import { competitors } from '../libraries/list.js';
import { allCases, matchingCases, quickCases } from './cases.js';
import { raggedLengths } from './lengths.js';
import { operationsOf } from './operations.js';
import { headOf, headOfOutput, isCtc, isRecurrent, problemOf } from './problem.js';
import { speechOf } from './speech.js';
import { opOf, type RecurrentTask, shapeOf, smallTask } from './task.js';
import { uniformNumbers } from './uniform-numbers.js';

const lstm: RecurrentTask = {
  kind: 'recurrent',
  cell: 'lstm',
  mode: 'training',
  batch: 2,
  time: 3,
  input: 4,
  hidden: 5,
  ragged: false,
  bidirectional: false,
};

test.each([
  ['all', allCases()],
  ['quick', quickCases()],
])('%s cases have names of their own and name known libraries', (_, cases) => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  const known = competitors.map(({ id }) => id);
  for (const { libraries = [] } of cases) expect(known).toEqual(expect.arrayContaining([...libraries]));
});

test('cases are found by a part of their name', () => {
  expect(matchingCases(allCases(), ['peephole']).map(({ name }) => name)).toEqual([
    'peephole-forward-32x50x128x256',
    'peephole-training-32x50x128x256',
  ]);
  expect(matchingCases(allCases(), ['matmul', 'first-result'])).toHaveLength(2);
  expect(matchingCases(allCases(), undefined)).toEqual(allCases());
  expect(matchingCases(allCases(), ['nothing'])).toEqual([]);
});

test('tasks say what they are', () => {
  expect(opOf({ ...lstm, bidirectional: true })).toBe('bidirectional-lstm-training');
  expect(shapeOf(lstm)).toBe('(2,3,4,5)');
  const sound = { kind: 'features', features: 'log-mel', seconds: 20, sampleRate: 8000 } as const;
  expect([opOf(sound), shapeOf(sound)]).toEqual(['features-log-mel', '(20,8000)']);
  expect(smallTask(lstm)).toMatchObject({ cell: 'lstm', batch: 3, hidden: 6 });
});

test.each([
  [32, 50],
  [16, 30],
  [64, 100],
])('ragged lengths of %d rows are half of %d in the mean, the first the longest', (batch, time) => {
  const lengths = raggedLengths(batch, time);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / batch;
  expect(Math.abs(mean / time - 0.5)).toBeLessThan(0.02);
  expect(Math.max(...lengths)).toBe(lengths[0]);
  expect(lengths[0]).toBeGreaterThan(0.95 * time);
  expect([...lengths].sort((a, b) => b - a)).not.toEqual([...lengths]);
});

test('targets of CTC are symbols that fit', () => {
  for (const { task } of [...allCases(), ...quickCases()].filter(({ name }) => name.startsWith('ctc-'))) {
    const problem = problemOf(smallTask(task));
    if (!isCtc(problem)) throw new Error('not a CTC loss');
    const { time, batch, symbols, classes } = problem.task;
    expect(problem.targets).toHaveLength(batch * symbols);
    expect(problem.targets.every((symbol) => symbol >= 1 && symbol < classes)).toBe(true);
    expect(time).toBeGreaterThanOrEqual(2 * symbols - 1);
    expect(shapeOf(task)).toMatch(/^\(\d+,\d+,\d+,\d+\)$/);
  }
  expect(matchingCases(allCases(), ['ctc']).map(({ name }) => name)).toEqual([
    'ctc-200x32x40x30',
    'ctc-1000x16x120x60',
  ]);
});

test('operations: the products that the result needs, for real steps', () => {
  expect(operationsOf({ kind: 'matmul', rows: 2, inner: 3, columns: 4 })).toBe(48);
  const forward = operationsOf({ ...lstm, mode: 'forward' })!;
  expect(forward).toBe(2 * 6 * 20 * (4 + 5));
  expect(operationsOf(lstm)).toBe(2 * 6 * 20 * (2 * 4 + 3 * 5));
  expect(operationsOf({ ...lstm, mode: 'forward', bidirectional: true })).toBe(2 * forward);
  expect(operationsOf({ ...lstm, batch: 4, time: 10, ragged: true })).toBeLessThan(
    0.6 * operationsOf({ ...lstm, batch: 4, time: 10 })!,
  );
});

test('numbers are the same for a seed, and fill their interval', () => {
  const numbers = uniformNumbers(1000, 2, 7);
  expect(uniformNumbers(1000, 2, 7)).toEqual(numbers);
  expect(uniformNumbers(1000, 2, 8)).not.toEqual(numbers);
  expect(Math.max(...numbers)).toBeGreaterThan(1.9);
  expect(Math.min(...numbers)).toBeLessThan(-1.9);
  expect(Math.abs(numbers.reduce((sum, value) => sum + value, 0) / 1000)).toBeLessThan(0.1);
});

test('the head of a layer is the first steps of the first row, forwards', () => {
  const problem = problemOf({ ...lstm, bidirectional: true });
  const head = headOf(problem)!;
  expect(head.task).toMatchObject({ mode: 'forward', batch: 1, time: 2, bidirectional: false });
  expect(isRecurrent(head) && head.x.length).toBe(2 * 4);
  // [batch 2, time 3, forwards 5 and backwards 5], each number its own position.
  const output = Float32Array.from({ length: 2 * 3 * 10 }, (_, index) => index);
  expect([...headOfOutput(problem, output)]).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);
});

test('speech has probabilities in each frame, and a language model only where there are words', () => {
  const task = { kind: 'decode', frames: 40, classes: 9, beamWidth: 5, vocabulary: 3 } as const;
  const { logProbabilities, arpa } = speechOf(task);
  expect(logProbabilities).toHaveLength(40 * 9);
  for (let frame = 0; frame < 40; frame++) {
    const row = logProbabilities.subarray(9 * frame, 9 * frame + 9);
    expect(row.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
  }
  expect(arpa).toContain('\\1-grams:');
  expect(speechOf(task)).toEqual({ logProbabilities, arpa });
  expect(speechOf({ ...task, vocabulary: 0 }).arpa).toBe('');
  expect(opOf(task)).toBe('decode-words');
});
