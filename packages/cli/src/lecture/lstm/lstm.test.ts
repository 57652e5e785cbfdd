import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, expect, test } from 'vitest';
import { computeLstm } from './compute.js';
import { printLstm } from './lstm.js';

beforeAll(() => init(reference()));

test('L11: outputs and memories of the hand-worked LSTM', async () => {
  const { steps } = await computeLstm();
  expect(steps.map(({ input }) => input)).toEqual([
    [3, 1, 0],
    [4, 1, 0],
    [2, 0, 0],
    [1, 0, 1],
    [3, -1, 0],
  ]);
  for (const [index, { y, c }] of [
    { y: 0, c: 3 },
    { y: 0, c: 7 },
    { y: 0, c: 7 },
    { y: 7, c: 7 },
    { y: 0, c: 0 },
  ].entries()) {
    expect(steps[index]!.output).toBeCloseTo(y, 2);
    expect(steps[index]!.memory).toBeCloseTo(c, 2);
  }
});

test('the layer does what its gates, by the formula, say', async () => {
  let before = 0;
  for (const { z, inputGate, forgetGate, outputGate, memory, output } of (await computeLstm()).steps) {
    expect(memory).toBeCloseTo(z * inputGate + before * forgetGate, 5);
    expect(output).toBeCloseTo(memory * outputGate, 5);
    before = memory;
  }
});

test('says where the notes differ from the formula', async () => {
  const text = printLstm(await computeLstm());
  expect(text).toMatch(/\n4 +\[1, 0, 1\] .* 7\.00 +7\.00 +7\n/);
  expect(text.match(/Step \d: the notes print/g)).toEqual(['Step 5: the notes print']);
  expect(text).toContain('by the formula the forget gate closes and c is 0 after it');
});
