import { raggedLengths } from './lengths.js';
import { gatesOf, type RecurrentTask, type Task } from './task.js';

/**
 * Floating-point operations that a task needs, a multiplication and an addition being two; undefined where nobody counts.
 *
 * Only products of matrices count, only for real steps of ragged rows, and only those that the result needs: what a library computes
 * twice or for padding makes it slower, not its rate higher.
 */
export function operationsOf(task: Task): number | undefined {
  switch (task.kind) {
    case 'matmul':
      return 2 * task.rows * task.inner * task.columns;
    case 'recurrent':
      return recurrentOperations(task) * (task.bidirectional ? 2 : 1);
    case 'tagger':
    case 'decode':
    case 'features':
    case 'ctc':
      return undefined;
  }
}

function recurrentOperations({ cell, mode, batch, time, input, hidden, ragged }: RecurrentTask): number {
  const steps = ragged ? raggedLengths(batch, time).reduce((sum, length) => sum + length, 0) : batch * time;
  const width = gatesOf[cell] * hidden;
  const projection = 2 * steps * input * width;
  const recurrent = 2 * steps * hidden * width;
  // Backward: the gradient of both weights, and the one that flows through the recurrent weights; the input gets none.
  return mode === 'forward' ? projection + recurrent : 2 * projection + 3 * recurrent;
}
