import type { Expr } from '@ostinato/kernel';

/** What an update is written with, element by element. */
export interface UpdateLeaves {
  readonly parameter: Expr;
  /** The gradient after clipping and coupled weight decay. */
  readonly gradient: Expr;
  /** The kept arrays, in the order of `UpdateRule.moments`. */
  readonly moments: readonly Expr[];
  readonly rate: Expr;
  /** What `UpdateRule.numbers` returns for this update. */
  readonly numbers: readonly Expr[];
}

/** Numbers that an optimizer remembers for one parameter. */
export type Counters = Record<string, number>;

/** The mathematics of an optimizer: one expression tree, run in a single pass over memory. */
export interface UpdateRule {
  /** The optimizer's name, in errors and checkpoints. */
  readonly name: string;
  /** Names of the arrays kept for each parameter; each has the parameter's shape. */
  readonly moments: readonly string[];
  /** What the arrays start with; 0 by default. */
  readonly initialMoment?: number;
  /** Weight decay scales the parameter instead of adding to the gradient (Loshchilov & Hutter 2019). */
  readonly decoupledDecay?: boolean;
  /** How many numbers `numbers` returns. */
  readonly numberCount: number;
  /**
   * The numbers of one update.
   * @param update this parameter's update, counted from 1
   * @param counters what the rule remembers for this parameter; it may write here
   */
  numbers(update: number, counters: Counters): readonly number[];
  /** The next parameter and moments. */
  build(leaves: UpdateLeaves): { readonly parameter: Expr; readonly moments: readonly Expr[] };
}
