import { orderAlphabet, orderBaseline, temporalOrder } from '@ostinato/data';
import { crossEntropy } from '@ostinato/losses';
import { oneHotBatch } from './batches.js';
import { wrongClasses } from './judges.js';
import { drawnFrom } from './streams.js';
import type { LongLagTask } from './task.js';

/** In which order did two (6a) or three (6b) marks come: see `temporalOrder` of `@ostinato/data`. */
function order(name: string, marks: 2 | 3): LongLagTask {
  return {
    name,
    about: `in which order came ${marks} marks, far apart among T symbols`,
    measure: 'error',
    // The paper has two or three blocks of two cells, and a step for each sequence: about 31,000 (6a) and 571,000 (6b) of them.
    settings: (cell) => ({
      hidden: 32,
      batch: 32,
      rate: cell === 'irnn' ? 3e-4 : 1e-2,
      clip: 1,
      steps: 4000,
    }),
    open: ({ length = 100, seed = 1 } = {}) => ({
      length,
      lag: length,
      inputSize: orderAlphabet.length,
      outputSize: 2 ** marks,
      answers: 'last',
      baseline: orderBaseline(marks),
      goal: 0.002,
      ...drawnFrom(seed, (random, count) => {
        const drawn = temporalOrder(random, { count, length, marks });
        return oneHotBatch(drawn, orderAlphabet.length, drawn.classes);
      }),
      loss: (outputs, { targets }) => crossEntropy(outputs, targets as Int32Array),
      judge: wrongClasses,
    }),
  };
}

/** Hochreiter & Schmidhuber 1997, experiment 6a. */
export const order6a = order('order-6a', 2);
/** Hochreiter & Schmidhuber 1997, experiment 6b. */
export const order6b = order('order-6b', 3);
