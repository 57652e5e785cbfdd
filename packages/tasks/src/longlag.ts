/** The classic benchmarks of recurrent networks: tasks with long lags, the networks that are compared on them, and their training. */
export { type LongLagCell, longLagCells } from './longlag/cells.js';
export type {
  LongLagBatch,
  LongLagMeasure,
  LongLagOptions,
  LongLagProblem,
  LongLagSettings,
  LongLagTask,
} from './longlag/task.js';
export { longLagTasks } from './longlag/tasks.js';
export {
  type LongLagLook,
  type LongLagResult,
  type LongLagRun,
  type LongLagStep,
  trainLongLag,
} from './longlag/training.js';
