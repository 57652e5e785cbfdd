import type { TaskProgress } from './progress.js';

/** What `fit` hands to the part of a task that trains. */
export interface FitRun<Example> {
  readonly progress: TaskProgress;
  readonly dev: readonly Example[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly save: () => Promise<void>;
}
