import { type CellProgram, type Expr, innerGradients, withoutRecurrentProduct } from '@ostinato/kernel';
import { printProgram } from '../../wgsl/print.js';
import type { Operands } from '../operands.js';

/** A step of a cell for one unit as WGSL. What it reads are names: x0, r0, s0, p0, and backward d0 for gradients of new states. */
export interface CellText {
  /** Functions for module scope. */
  readonly helpers: string;
  readonly statements: readonly string[];
}

/** The forward step: leaves the new states in n0, n1, ... Its helpers are also those of the inner step. */
export function forwardText(cell: CellProgram, hasProduct: boolean): CellText {
  const { forward, inner } = hasProduct ? cell : withoutRecurrentProduct(cell);
  const { statements, results } = printProgram(forward.outputs, leavesOf(cell));
  return {
    helpers: helpersOf(cell, [...forward.outputs, ...(inner?.forward.outputs ?? [])]),
    statements: [...statements, ...results.map((result, state) => `let n${state} = ${result};`)],
  };
}

/** What the inner product multiplies, as statements that end in `store`. */
export function innerText(cell: CellProgram, store: (value: string) => string): string[] {
  const { statements, results } = printProgram(cell.inner!.forward.outputs, leavesOf(cell));
  return [...statements, store(results[0]!)];
}

/**
 * The backward step: leaves the gradients of x, r, states and parameters in gx0, gr0, gs0, gp0, ... Those of r are left out where
 * nobody writes them. Its helpers are also those of the inner step.
 */
export function backwardText(cell: CellProgram, hasProduct: boolean, writesProduct: boolean): CellText {
  const { backward } = hasProduct ? cell : withoutRecurrentProduct(cell);
  const named = backward.outputs.map((output, index) => ({ output, name: gradientName(cell, index) }));
  const wanted = named.filter(({ name }) => writesProduct || !name.startsWith('gr'));
  const outputs = wanted.map(({ output }) => output);
  const { statements, results } = printProgram(outputs, leavesOf(cell));
  const within = hasProduct ? innerGradients(cell, writesProduct).map(({ value }) => value) : [];
  return {
    helpers: helpersOf(cell, [...outputs, ...within]),
    statements: [...statements, ...wanted.map(({ name }, index) => `let ${name} = ${results[index]};`)],
  };
}

/**
 * What flows back through the value of the inner product, whose gradient is `dValue`, as statements.
 * @param add spells how something is added to a gradient: gx0, gr0, gs0, gp0, ...
 */
export function innerGradientText(
  cell: CellProgram,
  writesProduct: boolean,
  add: (gradient: string, value: string) => readonly string[],
): string[] {
  const gradients = innerGradients(cell, writesProduct);
  const leaves = leavesOf(cell);
  const seed = cell.inner!.backward.inputs - 1;
  const { statements, results } = printProgram(
    gradients.map(({ value }) => value),
    { ...leaves, input: (index) => (index === seed ? 'dValue' : leaves.input(index)) },
  );
  return [
    ...statements,
    ...gradients.flatMap(({ output }, index) => add(gradientName(cell, output), results[index]!)),
  ];
}

/** What a cell's gradients are called. */
function gradientName({ gates: G, states: S }: CellProgram, output: number): string {
  if (output < G) return `gx${output}`;
  if (output < 2 * G) return `gr${output - G}`;
  if (output < 2 * G + S) return `gs${output - 2 * G}`;
  return `gp${output - 2 * G - S}`;
}

/** The functions that programs call, once each. */
function helpersOf(cell: CellProgram, outputs: readonly Expr[]): string {
  return printProgram(outputs, leavesOf(cell)).helpers;
}

function leavesOf({ gates: G, states: S, parameters: P }: CellProgram) {
  return {
    input(index: number): string {
      if (index < G) return `x${index}`;
      if (index < 2 * G) return `r${index - G}`;
      if (index < 2 * G + S) return `s${index - 2 * G}`;
      if (index < 2 * G + S + P) return `p${index - 2 * G - S}`;
      return `d${index - 2 * G - S - P}`;
    },
    scalar(): string {
      throw new Error('a cell has no scalar arguments');
    },
  };
}

/** Cells with equal programs share shaders. */
export function cellKey({
  gates,
  states,
  parameters,
  output,
  forward,
  backward,
  inner,
}: CellProgram): string {
  const within = inner ? ` ${inner.gates} ${inner.forward.key}` : '';
  return `${gates},${states},${parameters},${output} ${forward.key} ${backward.key}${within}`;
}

/** One line for each number from 0 to `count`. */
export function each(count: number, line: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => line(index));
}

/** `let p0 = ...`: the parameters of a unit. */
export function loadParameters({ parameters }: CellProgram, operands: Operands): string[] {
  return each(parameters, (index) => `let p${index} = ${operands.element('parameters', index, 'unit')};`);
}

/** The length of a row, as an expression: all steps of the sequence where lengths are not given. */
export function lengthOf(operands: Operands): string {
  return operands.has('lengths') ? `i32(${operands.element('lengths', 'row')})` : 'u.length';
}
