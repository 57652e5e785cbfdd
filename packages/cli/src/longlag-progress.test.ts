import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LongLagProgress } from './longlag-progress.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('tells every fifth look: step, loss, measure, pace and the time left', () => {
  const written: string[] = [];
  const progress = new LongLagProgress({ write: (text) => written.push(text) }, 'mse');
  for (let step = 100; step <= 1000; step += 100) {
    vi.advanceTimersByTime(10_000);
    progress.step({ kind: 'step', step: step - 99, steps: 2000, loss: 1 / step });
    progress.step({ kind: 'step', step, steps: 2000, loss: 1 / step });
    progress.look({ kind: 'look', step, steps: 2000, loss: 1 / step, value: 2 / step });
  }
  progress.erase();
  expect(written).toEqual([
    'step  500/2000  loss 0.0020  mse 0.004  10 steps/s  2:30 left\n',
    'step 1000/2000  loss 0.0010  mse 0.002  10 steps/s  1:40 left\n',
  ]);
});
