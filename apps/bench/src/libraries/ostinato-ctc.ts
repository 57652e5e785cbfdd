import type { Tensor } from 'ostinato';
import type { CtcProblem } from '../cases/problem.js';
import { runOf } from '../measure/timing.js';
import type { Workload } from './library.js';

/** The CTC loss of a batch, and its gradient. */
export function ctcWorkload(
  { ctcLoss, dispose, gradients, tensor, tidy, variable }: typeof import('ostinato'),
  { task, logits, targets }: CtcProblem,
  finish?: () => Promise<void>,
): Workload {
  const x = variable(tensor(logits, [task.batch, task.time, task.classes]));
  const symbols = tensor(targets, [task.batch, task.symbols]);
  let kept: Record<string, Tensor> = {};
  return {
    run: runOf(() => {
      dispose(kept);
      kept = tidy(() => {
        const loss = ctcLoss(x, symbols);
        return { loss, gradient: gradients(loss, [x])[0]! };
      });
    }, finish),
    async results() {
      const arrays: Record<string, Float32Array> = {};
      for (const [name, value] of Object.entries(kept)) arrays[name] = (await value.data()) as Float32Array;
      return arrays;
    },
    dispose: () => dispose([x, symbols, kept]),
  };
}
