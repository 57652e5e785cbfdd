import { addingBaseline, addingProblem } from '@ostinato/data';
import { meanSquaredError } from '@ostinato/losses';
import { reshape } from '@ostinato/tensor';
import { equalLengths } from './batches.js';
import { squaredErrors } from './judges.js';
import { drawnFrom } from './streams.js';
import type { LongLagTask } from './task.js';

/** Add the two of T numbers that are marked: see `addingProblem` of `@ostinato/data`. */
export const adding: LongLagTask = {
  name: 'adding',
  about: 'add the two of T numbers that are marked',
  measure: 'mse',
  // Le et al. 2015 have 100 units, batches of 16 and plain gradient descent with clipping; Adam needs far fewer steps. An IRNN takes none
  // but low rates: its R is multiplied with itself T times.
  settings: (cell) =>
    cell === 'irnn' || cell === 'orthogonal'
      ? { hidden: 64, batch: 32, rate: 3e-4, clip: 1, steps: 12_000 }
      : { hidden: 32, batch: 32, rate: 1e-2, clip: 1, steps: 4000 },
  open: ({ length = 150, seed = 1 } = {}) => ({
    length,
    lag: length,
    inputSize: 2,
    outputSize: 1,
    answers: 'last',
    baseline: addingBaseline,
    goal: 0.004,
    ...drawnFrom(seed, (random, count) => {
      const problem = addingProblem(random, { count, length });
      return { ...problem, lengths: equalLengths(count, length) };
    }),
    loss: (outputs, { targets }) => meanSquaredError(reshape(outputs, [targets.length]), targets),
    judge: squaredErrors,
  }),
};
