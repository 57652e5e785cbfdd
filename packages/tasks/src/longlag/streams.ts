import { Random } from '@ostinato/data';
import { partSizes } from './batches.js';
import type { LongLagBatch, LongLagProblem } from './task.js';

/** How many sequences training is watched by, and the result is measured on. */
const counts = { watch: 500, final: 2000 } as const;
/** Sequences that are measured at a time. */
const PART = 100;

/**
 * Sequences that are drawn anew for each step, and others, from streams of their own, to measure on.
 * @param draw makes `count` sequences
 */
export function drawnFrom(
  seed: number,
  draw: (random: Random, count: number) => LongLagBatch,
): Pick<LongLagProblem, 'draw' | 'tests'> {
  const streams = { train: 0, watch: 1, final: 2 } as const;
  return {
    draw: (step, count) => draw(new Random(seed, streams.train, step), count),
    tests: (part) => {
      const random = new Random(seed, streams[part]);
      return partSizes(counts[part], PART).map((count) => draw(random, count));
    },
  };
}
