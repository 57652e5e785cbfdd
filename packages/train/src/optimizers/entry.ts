import type { Parameter, Tensor } from '@ostinato/tensor';
import type { Counters } from './rule.js';

/** A parameter with what the optimizer remembers for it. */
export interface Entry {
  readonly name: string;
  readonly parameter: Parameter;
  readonly decays: boolean;
  /** Made at the first update, on the parameter's backend. */
  moments: Tensor[];
  updates: number;
  counters: Counters;
}
