import { copyBaseline, copyMemory, copySymbols } from '@ostinato/data';
import { crossEntropy } from '@ostinato/losses';
import { reshape } from '@ostinato/tensor';
import { equalLengths, oneHotBatch } from './batches.js';
import { crossEntropies } from './judges.js';
import { drawnFrom } from './streams.js';
import type { LongLagTask } from './task.js';

/** Say ten symbols again that were seen T steps before: see `copyMemory` of `@ostinato/data`. */
export const copy: LongLagTask = {
  name: 'copy',
  about: 'say ten symbols again that were seen T steps before',
  measure: 'crossEntropy',
  // Henaff et al. 2016 have 128 units, too; the rate follows from how often R is multiplied with itself.
  settings: (cell) =>
    cell === 'irnn' || cell === 'orthogonal'
      ? { hidden: 128, batch: 32, rate: 1e-3, clip: 1, steps: 3000 }
      : { hidden: 64, batch: 32, rate: 5e-3, clip: 1, steps: 6000 },
  open: ({ length = 100, seed = 1 } = {}) => ({
    length,
    lag: length + 10,
    inputSize: copySymbols.count,
    outputSize: copySymbols.count,
    answers: 'every',
    baseline: copyBaseline(length),
    // A tenth of what who remembers nothing has.
    goal: copyBaseline(length) / 10,
    ...drawnFrom(seed, (random, count) => {
      const { inputs, targets, shape } = copyMemory(random, { count, length });
      const [batch, time] = shape;
      const padded = {
        data: inputs,
        shape: [batch, time] as [number, number],
        lengths: equalLengths(batch, time),
      };
      return oneHotBatch(padded, copySymbols.count, targets);
    }),
    loss: (outputs, { targets }) =>
      crossEntropy(reshape(outputs, [targets.length, -1]), targets as Int32Array),
    judge: crossEntropies,
  }),
};
