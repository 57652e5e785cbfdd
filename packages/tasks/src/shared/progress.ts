import type { Checkpoint } from '@ostinato/train';

/** How far the training of a model has come. */
export interface TaskProgress {
  /** Where training goes on if it is left now; undefined when it has not begun or is finished. */
  start: Checkpoint | undefined;
  /** Epochs trained so far. */
  epoch: number;
  /** Of the examples that training began with. */
  fingerprint: number | undefined;
}
