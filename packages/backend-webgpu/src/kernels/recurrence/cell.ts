import { type CellProgram, withoutRecurrentProduct } from '@ostinato/kernel';
import { printProgram } from '../../wgsl/print.js';
import type { Operands } from '../operands.js';

/** A step of a cell for one unit as WGSL. What it reads are names: x0, r0, s0, p0, and backward d0 for gradients of new states. */
export interface CellText {
  /** Functions for module scope. */
  readonly helpers: string;
  readonly statements: readonly string[];
}

/** The forward step: leaves the new states in n0, n1, ... */
export function forwardText(cell: CellProgram, hasProduct: boolean): CellText {
  const { forward } = hasProduct ? cell : withoutRecurrentProduct(cell);
  const { helpers, statements, results } = printProgram(forward.outputs, leavesOf(cell));
  return {
    helpers,
    statements: [...statements, ...results.map((result, state) => `let n${state} = ${result};`)],
  };
}

/**
 * The backward step: leaves the gradients of x, r, states and parameters in gx0, gr0, gs0, gp0, ... Those of r are left out where
 * nobody writes them.
 */
export function backwardText(cell: CellProgram, hasProduct: boolean, writesProduct: boolean): CellText {
  const { gates: G, states: S } = cell;
  const { backward } = hasProduct ? cell : withoutRecurrentProduct(cell);
  const named = backward.outputs.map((output, index) => {
    if (index < G) return { output, name: `gx${index}` };
    if (index < 2 * G) return { output, name: `gr${index - G}` };
    if (index < 2 * G + S) return { output, name: `gs${index - 2 * G}` };
    return { output, name: `gp${index - 2 * G - S}` };
  });
  const wanted = named.filter(({ name }) => writesProduct || !name.startsWith('gr'));
  const { helpers, statements, results } = printProgram(
    wanted.map(({ output }) => output),
    leavesOf(cell),
  );
  return {
    helpers,
    statements: [...statements, ...wanted.map(({ name }, index) => `let ${name} = ${results[index]};`)],
  };
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
export function cellKey({ gates, states, parameters, output, forward, backward }: CellProgram): string {
  return `${gates},${states},${parameters},${output} ${forward.key} ${backward.key}`;
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
