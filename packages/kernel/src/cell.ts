import { adjoint } from './adjoint.js';
import { ProgramError } from './errors.js';
import { constant, type Expr, input, substitute, topological } from './expr.js';
import { memo } from './memo.js';
import { type MapProgram, programOf } from './program.js';

/** Sizes of a cell. */
export interface CellShape {
  /** Shown in errors and summaries. */
  readonly name?: string;
  /** G: how many input projections (and products with R) each unit gets. */
  readonly gates: number;
  /** S: how many numbers each unit remembers. The first one is what R multiplies. */
  readonly states: number;
  /** P: how many parameters of its own each unit has (peepholes, periods, ...). */
  readonly parameters?: number;
  /** Which state is the output; the first by default. */
  readonly output?: number;
}

/** What a cell is written with, for one unit at one time step. */
export interface CellLeaves {
  /** x[g]: input projection of gate g, bias included. */
  readonly x: readonly Expr[];
  /** r[g]: the product of the first state of all units with the recurrent weights of gate g. */
  readonly r: readonly Expr[];
  /** s[k]: state k before the step. */
  readonly s: readonly Expr[];
  /** p[j]: parameter j of the unit. */
  readonly p: readonly Expr[];
}

/**
 * A recurrent cell as scalar expressions: everything that a backend needs to run it over whole sequences, both ways.
 * The inputs of `forward` are numbered x[0..G), r[0..G), s[0..S), p[0..P); those of `backward` the same, followed by
 * the gradients of the new states ds[0..S).
 */
export interface CellProgram {
  readonly name: string;
  readonly gates: number;
  readonly states: number;
  readonly parameters: number;
  readonly output: number;
  /** S outputs: the new states. */
  readonly forward: MapProgram;
  /** 2G + S + P outputs: dx[0..G), dr[0..G), ds[0..S) before the step, dp[0..P). */
  readonly backward: MapProgram;
  /** Whether dx and dr are the same for every gate (each gate uses only x + r), so that one of them is enough. */
  readonly sharedGradient: boolean;
}

/**
 * Defines a recurrent cell; its derivative is derived.
 * @param shape numbers of gates, states and per-unit parameters
 * @param step returns the new states, one expression each
 * @throws ProgramError when the number of states does not fit, or a leaf is used that a cell does not have
 * @example const elman = defineCell({ gates: 1, states: 1 }, ({ x, r }) => [tanh(add(x[0], r[0]))]);
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineCell(shape: CellShape, step: (leaves: CellLeaves) => readonly Expr[]): CellProgram {
  const { name = 'cell', gates, states, parameters = 0, output = 0 } = shape;
  const leaves = Array.from({ length: 2 * gates + states + parameters }, (_, index) => input(index));
  const next = step({
    x: leaves.slice(0, gates),
    r: leaves.slice(gates, 2 * gates),
    s: leaves.slice(2 * gates, 2 * gates + states),
    p: leaves.slice(2 * gates + states),
  });
  if (next.length !== states) {
    throw new ProgramError(
      `${name}: the cell declares ${states} states, but its step returns ${next.length}`,
    );
  }
  if (states < 1 || output < 0 || output >= states) {
    throw new ProgramError(`${name}: output state ${output} does not exist; the cell has ${states} states`);
  }
  const stray = topological(next).find(
    (node) => node.kind !== 'input' && node.kind !== 'constant' && node.kind !== 'operation',
  );
  if (stray)
    throw new ProgramError(`${name}: a cell may use x, r, s, p and constants only, not a ${stray.kind}`);
  return { name, gates, states, parameters, output, ...derive(next, leaves, gates) };
}

function derive(next: readonly Expr[], leaves: readonly Expr[], gates: number) {
  const seeds = next.map((_, state) => input(leaves.length + state));
  const gradients = adjoint(next, seeds, leaves);
  return {
    forward: programOf(next, leaves.length),
    backward: programOf(gradients, leaves.length + next.length),
    sharedGradient: gradients.slice(0, gates).every((dx, gate) => dx === gradients[gates + gate]),
  };
}

/** The same cell with r = 0: what it is when R is null. */
export const withoutRecurrentProduct = memo((cell: CellProgram): CellProgram => {
  const isProduct = (leaf: Expr): boolean =>
    leaf.kind === 'input' && leaf.index >= cell.gates && leaf.index < 2 * cell.gates;
  const strip = (program: MapProgram): MapProgram =>
    programOf(
      substitute(program.outputs, (leaf) => (isProduct(leaf) ? constant(0) : undefined)),
      program.inputs,
    );
  return { ...cell, forward: strip(cell.forward), backward: strip(cell.backward) };
});
