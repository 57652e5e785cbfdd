import { embeddedReber, reberAlphabet, reberBaseline } from '@ostinato/data';
import { oneHotBatch } from './batches.js';
import { wrongStrings } from './judges.js';
import { drawnFrom } from './streams.js';
import { symbolLoss } from './symbol-loss.js';
import type { LongLagTask } from './task.js';

/** Which symbols may follow in a string of the embedded Reber grammar: see `embeddedReber` of `@ostinato/data`. */
export const reber: LongLagTask = {
  name: 'reber',
  about: 'which symbols may follow in strings of the embedded Reber grammar, of T symbols or more',
  measure: 'error',
  settings: () => ({ hidden: 16, batch: 32, rate: 1e-2, clip: 1, steps: 4000 }),
  open: ({ length = 9, seed = 1 } = {}) => ({
    length,
    lag: length,
    inputSize: reberAlphabet.length,
    outputSize: reberAlphabet.length,
    answers: 'every',
    baseline: reberBaseline,
    goal: 0,
    ...drawnFrom(seed, (random, count) => {
      const drawn = embeddedReber(random, { count, length });
      return oneHotBatch(drawn, reberAlphabet.length, drawn.next);
    }),
    loss: symbolLoss,
    judge: wrongStrings,
  }),
};
