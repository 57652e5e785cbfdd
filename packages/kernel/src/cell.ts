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
  /** How many of the gates, the last ones, get the product of a value made within the step (see `CellLeaves.multiply`); 0 by default. */
  readonly innerGates?: number;
  /** Whether what is multiplied needs the range of float32, so that backends may not round it to float16; no by default. */
  readonly wideRange?: boolean;
}

/** What a cell is written with, for one unit at one time step. */
export interface CellLeaves {
  /** x[g]: input projection of gate g, bias included. */
  readonly x: readonly Expr[];
  /** r[g]: the product of the first state of all units with the recurrent weights of gate g; none for inner gates. */
  readonly r: readonly Expr[];
  /** s[k]: state k before the step. */
  readonly s: readonly Expr[];
  /** p[j]: parameter j of the unit. */
  readonly p: readonly Expr[];
  /**
   * The products of a value of all units with the recurrent weights of the inner gates, one for each: a second product within the step.
   * To be called once, by cells with `innerGates`.
   */
  readonly multiply: (value: Expr) => readonly Expr[];
}

/** The second product of a step: of what, and its derivative. Inputs are numbered like those of the cell's programs. */
export interface InnerProduct {
  /** How many gates it is for, the last ones; the others get the product of the first state. */
  readonly gates: number;
  /** One output: the value that is multiplied. It depends on no r of inner gates. */
  readonly forward: MapProgram;
  /**
   * What flows back through the value, whose gradient is one more input: to be added to the outputs of the cell's `backward`, and in
   * the same order.
   */
  readonly backward: MapProgram;
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
  /** Where a step has a second product. Its results are the r of the inner gates in the programs above. */
  readonly inner: InnerProduct | null;
  /** Whether what is multiplied needs the range of float32. */
  readonly wideRange: boolean;
}

/**
 * Defines a recurrent cell; its derivative is derived.
 * @param shape numbers of gates, states and per-unit parameters
 * @param step returns the new states, one expression each
 * @throws ProgramError when the number of states does not fit, a leaf is used that a cell does not have, or `multiply` is not called
 *   once by a cell with inner gates
 * @example const elman = defineCell({ gates: 1, states: 1 }, ({ x, r }) => [tanh(add(x[0], r[0]))]);
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineCell(shape: CellShape, step: (leaves: CellLeaves) => readonly Expr[]): CellProgram {
  const {
    name = 'cell',
    gates,
    states,
    parameters = 0,
    output = 0,
    innerGates = 0,
    wideRange = false,
  } = shape;
  if (innerGates < 0 || innerGates > gates) {
    throw new ProgramError(`${name}: ${innerGates} of its gates are inner ones, but it has ${gates}`);
  }
  const leaves = Array.from({ length: 2 * gates + states + parameters }, (_, index) => input(index));
  const values: Expr[] = [];
  const next = step({
    x: leaves.slice(0, gates),
    r: leaves.slice(gates, 2 * gates - innerGates),
    s: leaves.slice(2 * gates, 2 * gates + states),
    p: leaves.slice(2 * gates + states),
    multiply(value) {
      values.push(value);
      return leaves.slice(2 * gates - innerGates, 2 * gates);
    },
  });
  if (values.length !== Math.min(1, innerGates)) {
    throw new ProgramError(
      `${name}: the cell has ${innerGates} inner gates, but its step calls multiply ${values.length} times; ` +
        'declare innerGates and call it once, or neither',
    );
  }
  if (next.length !== states) {
    throw new ProgramError(
      `${name}: the cell declares ${states} states, but its step returns ${next.length}`,
    );
  }
  if (states < 1 || output < 0 || output >= states) {
    throw new ProgramError(`${name}: output state ${output} does not exist; the cell has ${states} states`);
  }
  const stray = topological([...next, ...values]).find(
    (node) => node.kind !== 'input' && node.kind !== 'constant' && node.kind !== 'operation',
  );
  if (stray)
    throw new ProgramError(`${name}: a cell may use x, r, s, p and constants only, not a ${stray.kind}`);
  const backward = derivativeOf(next, leaves);
  const inner = values[0] ? innerProduct(innerGates, values[0], leaves) : null;
  return {
    ...{ name, gates, states, parameters, output, inner, wideRange, backward },
    forward: programOf(next, leaves.length),
    sharedGradient: [backward, inner?.backward].every((program) => !program || isShared(program, gates)),
  };
}

/** The gradients of the leaves, from those of some results, which are further inputs. */
function derivativeOf(results: readonly Expr[], leaves: readonly Expr[]): MapProgram {
  const seeds = results.map((_, index) => input(leaves.length + index));
  return programOf(adjoint(results, seeds, leaves), leaves.length + results.length);
}

function innerProduct(gates: number, value: Expr, leaves: readonly Expr[]): InnerProduct {
  return {
    gates,
    forward: programOf([value], leaves.length),
    backward: derivativeOf([value], leaves),
  };
}

/** Whether the gradients of x and r are the same. */
function isShared({ outputs }: MapProgram, gates: number): boolean {
  return outputs.slice(0, gates).every((dx, gate) => dx === outputs[gates + gate]);
}

/** Something that flows back through the value of a cell's inner product. */
export interface InnerGradient {
  /** To which of the outputs of the cell's `backward` it is added. */
  readonly output: number;
  readonly value: Expr;
}

/**
 * What flows back through the value of a cell's inner product, without what is always 0.
 * @param separate whether the gradients of r are wanted beside those of x
 */
export function innerGradients({ inner, gates }: CellProgram, separate: boolean): InnerGradient[] {
  const all = inner?.backward.outputs.map((value, output) => ({ value, output })) ?? [];
  const isProduct = (output: number): boolean => output >= gates && output < 2 * gates;
  return all.filter(({ value, output }) => value !== constant(0) && (separate || !isProduct(output)));
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
  return { ...cell, forward: strip(cell.forward), backward: strip(cell.backward), inner: null };
});
