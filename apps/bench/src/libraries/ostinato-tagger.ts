import type { TaggerTask } from '../cases/task.js';
import { runOf } from '../measure/timing.js';
import type { Workload } from './library.js';

/** Steps whose losses are results: enough to see that gradients and updates are right too. */
const CHECKED_STEPS = 3;

/** The slot tagger in training: batches, forward, backward, clipping, Adam and weight average, as `fit` runs them. */
export function taggerWorkload(
  { flights, SequenceTagger }: typeof import('ostinato'),
  { sentences, batch, hidden }: TaggerTask,
  finish?: () => Promise<void>,
): Workload {
  const { train } = flights({ train: sentences, dev: 0, test: 0 });
  // Small in every respect where it is small at all: the reference backend takes its time.
  const sizes = hidden < 16 ? { embed: 5, letters: 3, buckets: 16 } : {};
  const start = (epochs: number) =>
    SequenceTagger.create(train, { ...sizes, batch, hidden, epochs }).fit(train);
  const losses: number[] = [];
  let steps = start(1000);
  const advance = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await steps.next();
      if (done) steps = start(1000);
      else if (value.kind === 'step') {
        if (losses.length < CHECKED_STEPS) losses.push(value.loss);
        return;
      }
    }
  };
  return {
    run: runOf(advance, finish),
    async results() {
      while (losses.length < CHECKED_STEPS) await advance();
      return { losses: Float32Array.from(losses) };
    },
    dispose: async () => {
      await steps.return();
    },
  };
}
