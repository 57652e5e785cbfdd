import { expect, test } from 'vitest';
import { runOf, sampleTimes } from './timing.js';

test('samples are milliseconds of one step', async () => {
  const counts: number[] = [];
  const run = async (iterations: number) => {
    counts.push(iterations);
    return iterations * 4;
  };
  const samples = await sampleTimes(run, 4, { samples: 3, sampleMs: 0, limitMs: 1000 });
  expect(samples).toEqual([4, 4, 4]);
  expect(counts).toEqual([1, 1, 1, 1, 1]);
});

test('short steps are repeated until a sample lasts', async () => {
  const counts: number[] = [];
  await sampleTimes(
    async (iterations) => {
      counts.push(iterations);
      return iterations * 0.5;
    },
    1,
    { samples: 1, sampleMs: 5, limitMs: 1000 },
  );
  expect(counts.at(-1)).toBe(10);
});

test('where one step takes half of the limit, it is the only sample', async () => {
  const never = () => Promise.reject(new Error('ran again'));
  expect(await sampleTimes(never, 600, { samples: 9, sampleMs: 1, limitMs: 1000 })).toEqual([600]);
});

test('runs steps one after the other, whether they are promises or not', async () => {
  let running = 0;
  let count = 0;
  const slow = async () => {
    expect(++running).toBe(1);
    await Promise.resolve();
    running--;
    count++;
  };
  expect(await runOf(slow)(3)).toBeGreaterThanOrEqual(0);
  expect(count).toBe(3);
  await runOf(() => void count++)(2);
  expect(count).toBe(5);
});

test('a step has ended when what finishes it has', async () => {
  const order: string[] = [];
  const run = runOf(
    () => void order.push('step'),
    async () => {
      await Promise.resolve();
      order.push('finish');
    },
  );
  await run(2);
  expect(order).toEqual(['step', 'finish', 'step', 'finish']);
});
