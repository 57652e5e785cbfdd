import type { NamedArrays, Problem } from '../cases/problem.js';
import type { Run } from '../measure/timing.js';

/** A library with all numbers of a problem in its own memory. */
export interface Workload {
  /** Computes everything once, from the start. It has happened when the promise resolves. */
  readonly run: Run;
  /**
   * What the last step gave: `output` [batch, time, hidden], and in training `loss` and the gradients `weight`,
   * `recurrentWeight`, `bias`, `parameters`, those of the second direction as `backwards.weight`, ...
   */
  results(): Promise<NamedArrays>;
  /** Bytes that tensors held at the end of the forward pass, where the library counts them. */
  liveBytes?(): number;
  dispose(): void | Promise<void>;
}

/** A library that has been started. */
export interface Session {
  /** The name of what computes, as the library says it. */
  readonly backend: string;
  /** Throws Unsupported where the library cannot do it. */
  prepare(problem: Problem): Promise<Workload>;
  close?(): void | Promise<void>;
}

/** Starts a library. */
export type Open = (threads: number) => Promise<Session>;

/** Thrown where a library has no such thing: shown as a dash, with the reason. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** Names of the gradients of a direction, in the order of `DirectionWeights`. */
export const WEIGHT_NAMES = ['weight', 'recurrentWeight', 'bias', 'parameters'] as const;

/** Names the gradients of a direction. */
export function gradientName(direction: number, name: (typeof WEIGHT_NAMES)[number]): string {
  return direction === 0 ? name : `backwards.${name}`;
}
