import type { Checkpoint } from '@ostinato/train';

/** How far the training of a tagger has come. */
export interface TaggerProgress {
  /** Where training goes on if it is left now; undefined when it has not begun or is finished. */
  start: Checkpoint | undefined;
  /** Epochs trained so far. */
  epoch: number;
  /** Of the sentences that training began with. */
  fingerprint: number | undefined;
}
