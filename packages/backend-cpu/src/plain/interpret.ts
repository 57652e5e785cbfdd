import { evaluate, type MapProgram, type Nest, positionsNeeded, type ReduceOp } from '@ostinato/kernel';
import type { Numbers } from './pool.js';

/** Visits every position of nested loops; `pointers` holds where each operand stands and changes from call to call. */
function walk(nest: Nest, offsets: readonly number[], visit: (pointers: readonly number[]) => void): void {
  const pointers = [...offsets];
  const enter = (level: number): void => {
    if (level === nest.lengths.length) {
      visit(pointers);
      return;
    }
    const length = nest.lengths[level]!;
    for (let count = 0; count < length; count++) {
      enter(level + 1);
      for (const [operand, strides] of nest.strides.entries()) pointers[operand]! += strides[level]!;
    }
    for (const [operand, strides] of nest.strides.entries()) pointers[operand]! -= strides[level]! * length;
  };
  enter(0);
}

/** The outputs of a program where the pointers stand. `firstPosition` is the operand with which positions begin. */
function evaluateAt(
  program: MapProgram,
  pointers: readonly number[],
  arrays: readonly Numbers[],
  scalars: readonly number[],
  firstPosition: number,
): number[] {
  const { rowMajor, axes } = positionsNeeded(program);
  const inputs = Array.from({ length: program.inputs }, (_, index) => arrays[index]![pointers[index]!]!);
  const coordinates: number[] = [];
  for (const [index, axis] of axes.entries())
    coordinates[axis] = pointers[firstPosition + (rowMajor ? 1 : 0) + index]!;
  return evaluate(program, { inputs, scalars, coordinates, position: pointers[firstPosition] });
}

/** `map` without compiling: slow, for places where functions must not be made from text. */
export function interpretMap(
  program: MapProgram,
  nest: Nest,
  offsets: readonly number[],
  arrays: readonly Numbers[],
  scalars: readonly number[],
): void {
  walk(nest, offsets, (pointers) => {
    const values = evaluateAt(program, pointers, arrays, scalars, arrays.length);
    for (const [index, value] of values.entries()) {
      const operand = program.inputs + index;
      arrays[operand]![pointers[operand]!] = value;
    }
  });
}

/** How `reduce` begins and how it takes in one more number. */
export const reductions: Record<ReduceOp, { neutral: number; combine: (a: number, b: number) => number }> = {
  sum: { neutral: 0, combine: (a, b) => a + b },
  max: { neutral: -Infinity, combine: Math.max },
  min: { neutral: Infinity, combine: Math.min },
};

/** `reduce` without compiling. Operands: inputs, out, positions. */
export function interpretReduce(
  op: ReduceOp,
  program: MapProgram,
  kept: Nest,
  reduced: Nest,
  offsets: readonly number[],
  arrays: readonly Numbers[],
  scalars: readonly number[],
): void {
  const { neutral, combine } = reductions[op];
  const out = program.inputs;
  walk(kept, offsets, (start) => {
    let result = neutral;
    walk(reduced, start, (pointers) => {
      result = combine(result, evaluateAt(program, pointers, arrays, scalars, arrays.length)[0]!);
    });
    arrays[out]![start[out]!] = result;
  });
}
