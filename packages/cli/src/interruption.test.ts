import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Interruption } from './interruption.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

test('the first request aborts and is told once, however many programs pass it on', () => {
  const told = vi.fn();
  const interruption = new Interruption(told);
  expect([interruption.signal.aborted, interruption.reason]).toEqual([false, undefined]);
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGINT', 'SIGINT');
  expect([interruption.signal.aborted, interruption.reason]).toEqual([true, 'SIGTERM']);
  expect(told).toHaveBeenCalledTimes(1);
  interruption.dispose();
});

test('soon after, the next one ends the program, as it does where nobody listens', () => {
  const before = listeners();
  new Interruption(() => {});
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(400);
  expect(listeners()).toBe(before + 2);
  vi.advanceTimersByTime(200);
  expect(listeners()).toBe(before);
});

test('after dispose nobody listens', () => {
  const before = listeners();
  new Interruption(() => {}).dispose();
  expect(listeners()).toBe(before);
});
