import { expr, javascript, type MapProgram, positionsNeeded, print, type Target } from '@ostinato/kernel';
import type { LoopWriter } from './loops.js';
import type { Numbers } from './pool.js';
import { randomBits } from './random-bits.js';

/** A kernel that was printed for one program and one pattern of steps. */
export type CompiledLoops = (
  lengths: readonly number[],
  strides: readonly (readonly number[])[],
  offsets: readonly number[],
  arrays: readonly Numbers[],
  scalars: readonly number[],
  scratch: Float64Array,
) => void;

/** Whether functions can be made from text here; a content security policy may forbid it. */
export function canCompile(): boolean {
  try {
    new Function('');
    return true;
  } catch {
    return false;
  }
}

/** Makes a function of its source; what the printed expressions call is in scope. */
export function compile<Compiled>(parameters: readonly string[], body: string): Compiled {
  const source = `'use strict';\nreturn function (${parameters.join(', ')}) {\n${body}\n};`;
  return new Function('round', 'randomBits', source)(expr.primitives.round, randomBits) as Compiled;
}

/** How programs are printed here: as plain JavaScript, with a faster spelling of random numbers. */
export function target(spellInput: (index: number) => string): Target {
  return {
    ...javascript(spellInput),
    random: ([first, second], lane) =>
      `randomBits(a${first.index} | 0, a${second.index} | 0, position, ${lane}) / ${2 ** 24}`,
  };
}

/** Makes a kernel of loops. The first `arrays` operands are in memory, in arrays `d0`, `d1`, ... */
export function compileLoops(writer: LoopWriter, arrays: number, scalars: number): CompiledLoops {
  const name = (letter: string, list: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `const ${letter}${index} = ${list}[${index}];`);
  const names = [...name('d', 'arrays', arrays), ...name('a', 'scalars', scalars)];
  return compile(
    ['lengths', 'strides', 'offsets', 'arrays', 'scalars', 'scratch'],
    [...names, writer].join('\n'),
  );
}

/**
 * Writes the code of a program at the current place.
 * @param firstPosition the operand with which positions begin, see `positionStrides`
 * @returns the spelling of each output
 */
export function writeProgram(
  writer: LoopWriter,
  program: MapProgram,
  firstPosition: number,
  spellInput: (index: number) => string,
): readonly string[] {
  const { rowMajor, axes } = positionsNeeded(program);
  if (rowMajor) writer.line(`const position = ${writer.pointer(firstPosition)};`);
  const firstAxis = rowMajor ? firstPosition + 1 : firstPosition;
  for (const [index, axis] of axes.entries())
    writer.line(`const c${axis} = ${writer.pointer(firstAxis + index)};`);
  const { statements, results } = print(program.outputs, target(spellInput));
  for (const statement of statements) writer.line(statement);
  return results;
}
