import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace, ProgressBar } from './progress-bar.js';

/** A stream that keeps what it gets. */
function stream(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test('a bar is drawn on terminals only, not more often than ten times a second, and makes room for lines', () => {
  const [terminal, file] = [stream(true, 40), stream(false)];
  for (const output of [terminal, file]) {
    const bar = new ProgressBar(output);
    bar.draw(0.5, () => ['step 5/10', 'loss 1']);
    bar.draw(0.6, () => ['step 6/10', 'loss 1']);
    bar.tell(['step 6/10', 'done']);
  }
  const erase = '\r\u001b[K';
  expect(terminal.written).toEqual([
    `${erase}step 5/10  ━━━━━━━━━━──────────  loss 1`,
    erase,
    'step 6/10  done\n',
  ]);
  expect(file.written).toEqual(['step 6/10  done\n']);
});

test('where there is no room for a bar the line is cut', () => {
  const output = stream(true, 12);
  new ProgressBar(output).draw(0.5, () => ['step 5/10', 'loss 1']);
  expect(output.written).toEqual(['\r\u001b[Kstep 5/10  ']);
});

test('the pace counts from the first step that it is told', () => {
  const pace = new Pace();
  vi.advanceTimersByTime(1000);
  pace.at(11);
  vi.advanceTimersByTime(1000);
  const { perSecond, secondsLeft } = pace.at(14);
  expect(perSecond).toBe(2);
  expect(secondsLeft(20)).toBe(3);
});
