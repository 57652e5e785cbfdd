import type { NamedArrays, Problem } from '../cases/problem.js';
import type { Task } from '../cases/task.js';
import type { Fingerprint } from './comparison.js';
import type { Budget } from './timing.js';

/** What a child process is asked for. */
export type Job =
  | {
      readonly kind: 'time';
      readonly library: string;
      readonly threads: number;
      readonly task: Task;
      readonly budget: Budget;
    }
  | { readonly kind: 'first-result'; readonly library: string; readonly threads: number; readonly task: Task }
  /** The results of problems, for the oracle. */
  | { readonly kind: 'results'; readonly library: string; readonly problems: readonly Problem[] };

/** What a library measured. */
export interface Measured {
  readonly kind: 'measured';
  readonly backend: string;
  /** Milliseconds of a step, once for each sample. */
  readonly samples: readonly number[];
  /** Results of the small task. */
  readonly small: NamedArrays;
  /** The part of the full output that the oracle computes too. */
  readonly head: NamedArrays;
  /** All results at full size, in short. */
  readonly fingerprints: Readonly<Record<string, Fingerprint>>;
  /** Bytes: the most that the process ever had in memory, Node and library included. */
  readonly rssBytes: number;
  /** Bytes that tensors held at the end of the forward pass, where the library counts them. */
  readonly liveBytes: number | undefined;
  /** Compute shaders that a step starts, where it computes on a GPU. */
  readonly dispatches: number | undefined;
  /** The GPU that it computes on, in its own words. */
  readonly adapter: string | undefined;
}

/** What a child process answers. */
export type Answer =
  | Measured
  | { readonly kind: 'results'; readonly results: readonly NamedArrays[] }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'failed'; readonly message: string };
