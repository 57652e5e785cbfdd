import { cpu } from '@ostinato/backend-cpu';
import type { DigitImages } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { tensor } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { longLagTasks } from '../longlag.js';
import type { LongLagBatch, LongLagProblem } from './task.js';

beforeAll(async () => {
  await init(cpu());
});

/** Images of one brightness each, a multiple of the label, but for a first pixel of 255. */
function images(count: number, factor: number): DigitImages {
  const labels = Uint8Array.from({ length: count }, (_, index) => index % 10);
  const pixels = Uint8Array.from({ length: count * 784 }, (_, at) =>
    at % 784 === 0 ? 255 : factor * labels[Math.floor(at / 784)]!,
  );
  return { pixels, labels };
}

const digits = { train: images(40, 3), test: images(20, 2) };
/** Short forms of all tasks. */
const lengths: Readonly<Record<string, number>> = {
  ...{ adding: 10, copy: 5, 'order-6a': 20, 'order-6b': 20, reber: 9 },
  ...{ anbn: 60, anbncn: 12, mnist: 49, waveform: 30 },
};

/** Outputs that say the same at every step of every row. */
function saying(problem: LongLagProblem, batch: LongLagBatch, answer: readonly number[]): Float32Array {
  const [rows, time] = batch.shape;
  const places = problem.answers === 'last' ? rows : rows * time;
  return Float32Array.from(
    { length: places * problem.outputSize },
    (_, at) => answer[at % problem.outputSize]!,
  );
}

/** The mean measure of a test, of an answer for each batch. */
function measure(problem: LongLagProblem, answer: (batch: LongLagBatch) => Float32Array): number {
  const all = problem.tests('final').flatMap((batch) => Array.from(problem.judge(answer(batch), batch)));
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

describe.each([...longLagTasks.values()])('$name', (task) => {
  const length = lengths[task.name]!;
  const open = (seed?: number) => task.open({ length, seed, digits });

  it('draws batches of the sizes that it says, whose loss is a number', async () => {
    const problem = open();
    const batch = problem.draw(0, 3);
    const [rows, time, inputs] = batch.shape;
    expect([inputs, problem.length]).toEqual([problem.inputSize, length]);
    expect(rows).toBe(task.name === 'waveform' ? 1 : 3);
    expect(batch.inputs).toHaveLength(rows * time * inputs);
    expect(Math.max(...batch.lengths)).toBe(time);
    const shape = problem.answers === 'last' ? [rows, problem.outputSize] : [rows, time, problem.outputSize];
    const size = shape.reduce((product, each) => product * each, 1);
    const outputs = Float32Array.from({ length: size }, (_, at) => Math.sin(at));
    const loss = await problem.loss(tensor(outputs, shape), batch).item();
    expect(loss).toBeGreaterThan(0);
    expect(Number.isFinite(loss)).toBe(true);
    expect(problem.judge(outputs, batch)).toHaveLength(rows);
  });

  it('draws the same for the same seed and step, and measures on other sequences than it learns from', () => {
    const [problem, same, other] = [open(1), open(1), open(2)];
    expect(same.draw(7, 2)).toEqual(problem.draw(7, 2));
    expect(same.tests('final')).toEqual(problem.tests('final'));
    // There is only one sound, and it is to be learnt by heart.
    if (task.name === 'waveform') expect(other.draw(7, 2).targets).not.toEqual(problem.draw(7, 2).targets);
    else expect(other.draw(7, 8).inputs).not.toEqual(problem.draw(7, 8).inputs);
    if (task.name === 'waveform') return;
    expect(problem.draw(8, 8).inputs).not.toEqual(problem.draw(7, 8).inputs);
    const [watched, final] = (['watch', 'final'] as const).map((part) => problem.tests(part)[0]!.inputs);
    if (!task.name.startsWith('anbn')) expect(watched).not.toEqual(final);
  });

  it('has settings for each cell that are usable', () => {
    for (const cell of ['lstm', 'irnn', 'elman'] as const) {
      const settings = task.settings(cell, length);
      expect(Object.values(settings).every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    }
  });
});

describe('the baseline of', () => {
  const open = (name: string) => longLagTasks.get(name)!.open({ length: lengths[name]!, digits });

  it.each([
    ['adding', [1], 0.01],
    ['order-6a', [0, 1, 0, 0], 0.03],
    ['order-6b', [0, 1, 0, 0, 0, 0, 0, 0], 0.03],
    ['mnist', [0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 0],
  ])('%s is the measure of one answer to everything', (name, answer, tolerance) => {
    const problem = open(name);
    const found = measure(problem, (batch) => saying(problem, batch, answer));
    expect(Math.abs(found - problem.baseline)).toBeLessThanOrEqual(tolerance);
  });

  it('copy is the measure of who knows all but the symbols', () => {
    const problem = open('copy');
    const sure = 50;
    const found = measure(problem, ({ targets }) => {
      return Float32Array.from({ length: 10 * targets.length }, (_, at) =>
        (targets[Math.floor(at / 10)] === 8) === (at % 10 === 8) && at % 10 < 9 ? sure : 0,
      );
    });
    expect(found).toBeCloseTo(problem.baseline, 5);
  });

  it('reber is the measure of who guesses the outer symbol', () => {
    const problem = open('reber');
    let guess = 0;
    const found = measure(problem, ({ targets, shape: [rows, time], lengths }) => {
      const outputs = Float32Array.from(targets, (may) => (may === 1 ? 1 : -1));
      for (let row = 0; row < rows; row++) {
        const at = (row * time + lengths[row]! - 2) * 7;
        // T and P by turns.
        for (const symbol of [1, 2]) outputs[at + symbol] = symbol === 1 + (guess % 2) ? 1 : -1;
        guess++;
      }
      return outputs;
    });
    expect(Math.abs(found - problem.baseline)).toBeLessThan(0.04);
  });

  it('waveform is the measure of the best constant', () => {
    const problem = open('waveform');
    const { targets } = problem.draw(0, 1);
    const mean = (targets as Float32Array).reduce((sum, target) => sum + target, 0) / targets.length;
    expect(measure(problem, (batch) => saying(problem, batch, [mean]))).toBeCloseTo(problem.baseline, 6);
    expect(measure(problem, (batch) => saying(problem, batch, [mean + 0.1]))).toBeGreaterThan(
      problem.baseline,
    );
  });
});

describe('counting', () => {
  it('learns from n up to 10 and is measured on n from 1 to T; reach is where the first error is', () => {
    const problem = longLagTasks.get('anbn')!.open({ length: 60 });
    for (let step = 0; step < 5; step++) {
      const { lengths } = problem.draw(step, 50);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(21);
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(3);
    }
    const parts = problem.tests('final');
    expect(parts.flatMap(({ lengths }) => [...lengths])).toEqual(
      Array.from({ length: 60 }, (_, at) => 2 * at + 3),
    );
    expect(problem.details!([0, 0, 0, 1, 0])).toEqual({ reach: 3 });
    expect(problem.details!(new Array(60).fill(0))).toEqual({ reach: 60 });
  });
});

describe('mnist', () => {
  const mnist = longLagTasks.get('mnist')!;

  it('shows pixels from 0 to 1, or the means of squares of them', () => {
    const { inputs, targets } = mnist.open({ length: 784, digits }).draw(0, 2);
    const [first, second] = [inputs[0], inputs[1]];
    expect([first, second]).toEqual([1, Math.fround((3 * targets[0]!) / 255)]);
    const small = mnist.open({ length: 49, digits }).tests('final')[0]!;
    expect(small.shape).toEqual([20, 49, 1]);
    // Image 2: its first square has one pixel of 255 and 15 of 4.
    expect(small.inputs[2 * 49]).toBeCloseTo((255 + 15 * 4) / 16 / 255, 5);
    expect(small.inputs[2 * 49 + 48]).toBeCloseTo(4 / 255, 5);
  });

  it('refuses lengths that are no square of pixels, and no images', () => {
    expect(() => mnist.open({ length: 100, digits })).toThrow('mnist: the length must be 49, 196, 784');
    expect(() => mnist.open()).toThrow('mnist: there are no images; read some with readDigits');
  });
});
