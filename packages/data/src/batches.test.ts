import { describe, expect, it } from 'vitest';
import { BatchPlan, batches, lengthBuckets } from './batches.js';
import { DataError } from './errors.js';
import { Random } from './random.js';

const random = new Random(11);
const lengths = Array.from({ length: 1003 }, () => 1 + random.integer(40));

describe('BatchPlan', () => {
  const variants = [0, 1, 31].flatMap((epoch) =>
    [undefined, 'length' as const].flatMap((bucketBy) =>
      [true, false].map((shuffle) => ({ epoch, bucketBy, shuffle })),
    ),
  );
  it.each(variants)('holds every item once: $epoch $bucketBy $shuffle', ({ epoch, bucketBy, shuffle }) => {
    const plan = new BatchPlan(lengths, { size: 16, shuffle, seed: 2, ...(bucketBy && { bucketBy }) });
    const order = plan.epoch(epoch);
    expect(order.length).toBe(plan.batchesPerEpoch);
    expect(order.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
    expect(order.map((batch) => batch.length).sort((a, b) => b - a)).toEqual([...new Array(62).fill(16), 11]);
  });

  it('depends on seed and epoch alone, not on what was asked before', () => {
    const options = { size: 8, bucketBy: 'length', seed: 5 } as const;
    const plan = new BatchPlan(lengths, options);
    const third = plan.epoch(3);
    plan.epoch(0);
    expect(plan.epoch(3)).toEqual(third);
    expect(new BatchPlan(lengths, options).epoch(3)).toEqual(third);
    expect(plan.epoch(4)).not.toEqual(third);
    expect(new BatchPlan(lengths, { ...options, seed: 6 }).epoch(3)).not.toEqual(third);
  });

  it('gives orders that never change, for resuming', () => {
    expect(new BatchPlan([3, 1, 2, 3, 1, 2, 9], { size: 3, bucketBy: 'length', seed: 1 }).epoch(2)).toEqual([
      [6],
      [4, 1, 5],
      [2, 0, 3],
    ]);
  });

  it('saves most of the padding when it buckets', () => {
    const waste = (bucketBy?: 'length') => {
      const order = new BatchPlan(lengths, { size: 16, seed: 1, ...(bucketBy && { bucketBy }) }).epoch(0);
      const padded = order.reduce(
        (sum, batch) => sum + batch.length * Math.max(...batch.map((i) => lengths[i] ?? 0)),
        0,
      );
      return padded / lengths.reduce((sum, length) => sum + length, 0) - 1;
    };
    expect(waste()).toBeGreaterThan(0.5);
    expect(waste('length')).toBeLessThan(0.05);
  });

  it('mixes neighbours anew in each epoch although it buckets', () => {
    const plan = new BatchPlan(lengths, { size: 16, bucketBy: 'length', seed: 1 });
    const pairs = (epoch: number) =>
      new Set(plan.epoch(epoch).flatMap((batch) => batch.flatMap((a) => batch.map((b) => `${a},${b}`))));
    const first = pairs(0);
    const second = pairs(1);
    const shared = [...second].filter((pair) => first.has(pair)).length - lengths.length;
    expect(shared / second.size).toBeLessThan(0.5);
  });

  it('drops other items in each epoch', () => {
    const plan = new BatchPlan(lengths, { size: 16, bucketBy: 'length', dropLast: true });
    expect(plan.batchesPerEpoch).toBe(62);
    const epochs = [0, 1].map((epoch) => new Set(plan.epoch(epoch).flat()));
    expect(epochs.map((items) => items.size)).toEqual([992, 992]);
    const missing = epochs.map((items) =>
      lengths.flatMap((_, index) => (items.has(index) ? [] : [index])).join(),
    );
    expect(missing[0]).not.toBe(missing[1]);
    for (const batch of plan.epoch(0)) expect(batch.length).toBe(16);
  });

  it('keeps the order of items without shuffle', () => {
    expect(new BatchPlan([1, 1, 1], { size: 2, shuffle: false }).epoch(7)).toEqual([[0, 1], [2]]);
    expect(new BatchPlan([], { size: 2 }).epoch(0)).toEqual([]);
    expect(() => new BatchPlan([1], { size: 0 })).toThrow(/size must be a whole number from 1, got 0/);
  });
});

describe('lengthBuckets', () => {
  it('sorts by length and cuts', () => {
    expect(lengthBuckets([9, 2, 8, 3, 2], { size: 2 })).toEqual([[1, 4], [3, 2], [0]]);
  });

  it('sorts within chunks of a given order, which it leaves alone', () => {
    const order = [4, 3, 2, 1, 0];
    expect(lengthBuckets([9, 2, 8, 3, 2], { size: 2, order, chunk: 4 })).toEqual([[4, 1], [3, 2], [0]]);
    expect(order).toEqual([4, 3, 2, 1, 0]);
    expect(() => lengthBuckets([1, 2, 3, 4], { size: 2, chunk: 3 })).toThrow(DataError);
    expect(lengthBuckets([], { size: 2 })).toEqual([]);
  });
});

describe('batches', () => {
  const items = lengths.map((length, id) => ({ id, words: new Array<string>(length).fill('w') }));

  it('goes through epochs of items, each another order', () => {
    const all = [...batches(items, { size: 100, bucketBy: 'length', seed: 1, epochs: 2 })];
    expect(all.length).toBe(22);
    const ids = all.map((batch) => batch.map(({ id }) => id));
    expect(new Set(ids.slice(0, 11).flat()).size).toBe(items.length);
    expect(ids.slice(0, 11)).not.toEqual(ids.slice(11));
  });

  it('resumes at an epoch and batch with what would have come', () => {
    const options = {
      size: 100,
      bucketBy: 'length',
      seed: 1,
      length: (item: (typeof items)[0]) => item.words.length,
    } as const;
    const all = [...batches(items, { ...options, epochs: 4 })];
    expect([...batches(items, { ...options, epoch: 2, skip: 5, epochs: 2 })]).toEqual(all.slice(2 * 11 + 5));
  });

  it('refuses options that make no sense instead of going without batches', () => {
    const first = (options: object) => () => batches(items, { size: 2, ...options }).next();
    expect(first({ bucketBy: 'len' })).toThrow(/bucketBy must be 'length' or left out, got 'len'/);
    expect(first({ epochs: Number.NaN })).toThrow(/epochs must be a whole number from 0, got NaN/);
    expect(first({ epoch: -1 })).toThrow(/epoch must be a whole number from 0, got -1/);
    expect(first({ skip: 1.5 })).toThrow(/skip must be a whole number from 0, got 1.5/);
    expect(first({ epochs: Number.POSITIVE_INFINITY })).not.toThrow();
    expect(() => new BatchPlan([1], { size: 1, bucketBy: 'len' as 'length' })).toThrow(DataError);
  });

  it('measures arrays and tagged sentences by itself and asks for the length of others', () => {
    expect([...batches(['ccc', 'a', 'bb'], { size: 3, bucketBy: 'length', shuffle: false })]).toEqual([
      ['a', 'bb', 'ccc'],
    ]);
    expect(() => [...batches([{}], { size: 1, bucketBy: 'length' })]).toThrow(/pass length: \(item\)/);
    expect([...batches([{}], { size: 1 })]).toEqual([[{}]]);
  });
});
