import type { Backend } from '@ostinato/kernel';
import type { Module } from '@ostinato/layers';

/** The layers of a model. */
export interface TaskNetwork extends Module {
  /** Where its parameters live. */
  readonly backend: Backend;
}
