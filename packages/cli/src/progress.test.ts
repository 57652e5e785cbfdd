import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TrainingProgress } from './progress.js';

/** A stream that keeps what it gets. */
function stream(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

const of = { example: 'sentence', examplesPerEpoch: 320, score: 'slot F1' };
const at = (step: number) => ({ epoch: Math.ceil(step / 10), epochs: 2, step, steps: 20, loss: 1 / step });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Ten steps of a second each, and the end of the epoch. */
function trainEpoch(output: ReturnType<typeof stream>): void {
  const progress = new TrainingProgress(output, of);
  for (let step = 1; step <= 10; step++) {
    vi.advanceTimersByTime(1000);
    progress.step(at(step));
  }
  progress.epoch({ ...at(10), score: 0.9561 });
  vi.advanceTimersByTime(1000);
  progress.step(at(11));
}

test('without a terminal there is a line for each epoch and nothing else', () => {
  const output = stream(false);
  trainEpoch(output);
  expect(output.written).toEqual(['epoch 1/2  loss 0.1000  slot F1 95.61  32 sentences/s  0:10 left\n']);
});

test('on a terminal a bar grows in one line: epoch, mean loss, slot F1, rate, time left', () => {
  const output = stream(true, 100);
  trainEpoch(output);
  const bars = output.written.filter((text) => text.includes('━') || text.includes('─'));
  expect(bars).toHaveLength(11);
  expect(bars[3]).toBe(
    '\r\u001b[Kepoch 1/2  ━━━━━━────────────────────────  loss 0.5208  32 sentences/s  0:16 left',
  );
  expect(bars[10]).toContain('epoch 2/2');
  expect(bars[10]).toContain('slot F1 95.61');
  expect(output.written.at(-2)).toMatch(/^epoch 1\/2 .*\n$/);
  for (const bar of bars) expect(bar.length).toBeLessThan(100 + '\r\u001b[K'.length);
});

test.each([
  [20, 19],
  [60, 59],
  [0, 79],
  [undefined, 79],
])('in a terminal of %s columns a line has at most %i characters', (columns, limit) => {
  const output = stream(true, columns);
  trainEpoch(output);
  const bars = output.written.filter((text) => text.startsWith('\r') && text !== '\r\u001b[K');
  const lengths = bars.map((bar) => bar.replace('\r\u001b[K', '').length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
  expect(Math.max(...lengths)).toBeGreaterThan(limit - 12);
});

test('after a resumption time and rate come from the steps of this run', () => {
  const output = stream(false);
  const progress = new TrainingProgress(output, of);
  for (let step = 16; step <= 20; step++) {
    vi.advanceTimersByTime(1000);
    progress.step(at(step));
  }
  progress.epoch({ ...at(20), score: undefined });
  expect(output.written).toEqual(['epoch 2/2  loss 0.0500  32 sentences/s  0:00 left\n']);
});
