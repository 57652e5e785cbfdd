import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { prefetch } from './prefetch.js';

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Counts what is loaded and remembers how it ended. */
function source(count: number, options: { failAt?: number } = {}) {
  const log = { loaded: 0, closed: false };
  async function* load() {
    try {
      for (let item = 0; item < count; item++) {
        await tick();
        if (item === options.failAt) throw new Error(`item ${item} failed`);
        log.loaded++;
        yield item;
      }
    } finally {
      log.closed = true;
    }
  }
  return { log, items: load() };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('prefetch', () => {
  it.each([1, 2, 5, 100])('keeps order and loses nothing, %i ahead', async (ahead) => {
    const { items, log } = source(20);
    expect(await collect(prefetch(items, ahead))).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(log.closed).toBe(true);
  });

  it('loads at most so many items ahead of the one in hand', async () => {
    const { items, log } = source(50);
    let taken = 0;
    for await (const _ of prefetch(items, 3)) {
      taken++;
      for (let wait = 0; wait < 6; wait++) await tick();
      expect(log.loaded).toBe(Math.min(taken + 3, 50));
      if (taken === 5) break;
    }
  });

  it('stops loading and closes the source when the loop is left', async () => {
    const { items, log } = source(50);
    for await (const item of prefetch(items, 3)) if (item === 4) break;
    expect(log.closed).toBe(true);
    const { loaded } = log;
    for (let wait = 0; wait < 10; wait++) await tick();
    expect(log.loaded).toBe(loaded);
    expect(loaded).toBeLessThanOrEqual(8);
  });

  it('throws an error of the source in its turn, after the items before it', async () => {
    const { items } = source(10, { failAt: 4 });
    const seen: number[] = [];
    await expect(async () => {
      for await (const item of prefetch(items, 10)) seen.push(item);
    }).rejects.toThrow('item 4 failed');
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('swallows an error that was still ahead when the loop was left', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    const { items } = source(10, { failAt: 2 });
    for await (const _ of prefetch(items, 5)) {
      for (let wait = 0; wait < 5; wait++) await tick();
      break;
    }
    await tick();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('passes on an error of the loop and closes the source', async () => {
    const { items, log } = source(10);
    await expect(async () => {
      for await (const _ of prefetch(items)) throw new Error('training failed');
    }).rejects.toThrow('training failed');
    expect(log.closed).toBe(true);
  });

  it('never asks an iterator again that has ended', async () => {
    let asked = 0;
    const items: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => (asked++ < 2 ? { done: false, value: asked } : { done: true, value: undefined }),
      }),
    };
    expect(await collect(prefetch(items, 8))).toEqual([1, 2]);
    expect(asked).toBe(3);
  });

  it('takes plain iterables, of values or promises', async () => {
    expect(await collect(prefetch([1, 2, 3]))).toEqual([1, 2, 3]);
    expect(await collect(prefetch([Promise.resolve('a'), 'b']))).toEqual(['a', 'b']);
    expect(await collect(prefetch([]))).toEqual([]);
    await expect(collect(prefetch([1], 0))).rejects.toThrow(DataError);
  });
});
