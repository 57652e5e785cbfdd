import type { FactorFormat } from './factor-format.js';
import type { Loops } from './loops.js';
import type { Layout } from './matmul-layout.js';
import type { Plan } from './matmul-plan.js';
import type { Operands } from './operands.js';

/** All that the text of a matrix product depends on. */
export interface MatmulShader {
  readonly plan: Plan;
  readonly a: Layout;
  readonly b: Layout;
  /** What is kept in workgroup memory. */
  readonly format: FactorFormat;
  /** Whether rows have two levels. */
  readonly blocks: boolean;
  /** Whether the inner terms may not be a multiple of four. */
  readonly tail: boolean;
  readonly lengths: 'rows' | 'inner' | undefined;
  readonly operands: Operands;
  readonly batch: Loops;
}

/** The parts of a vector. */
export const part = ['x', 'y', 'z', 'w'] as const;

/** The numbers from 0 below `count`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The spelling of a sum. */
export const plus = (name: string, count: number): string => (count === 0 ? name : `${name} + ${count}`);

/** The spelling of (name + count) * factor. */
export const scaled = (name: string, count: number, factor: string): string =>
  `${count === 0 ? name : `(${name} + ${count})`} * ${factor}`;

/** Four numbers of a row of the result, or one. */
export const rowType = (columns: number): string => (columns === 4 ? 'vec4f' : 'f32');

/** The functions that all products share. */
export function declarations(shader: MatmulShader): string {
  const { a, b, format, operands, lengths, plan } = shader;
  return [
    declareRead('a', operands, a),
    declareRead('b', operands, b),
    lengths ? declareLength(operands, lengths === 'rows' ? 'rowLength' : 'inner') : '',
    declareBlockedRows(shader),
    declarePutRow(operands, plan.columns),
    format.helpers,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function declareRead(name: 'a' | 'b', operands: Operands, layout: Layout): string {
  if (layout === 'numbers') {
    return `fn ${name}At(index: i32) -> f32 {
  return ${operands.elementAt(name, 'index')};
}`;
  }
  return `fn ${name}Vector(index: i32) -> vec4f {
  return ${operands.elementAt(name, 'index >> 2')};
}

fn ${name}At(index: i32) -> f32 {
  return ${operands.elementAt(name, 'index >> 2')}[index & 3];
}`;
}

/** A length is never more than there is, whatever it says. */
function declareLength(operands: Operands, full: 'rowLength' | 'inner'): string {
  return `fn lengthOf(block: i32) -> i32 {
  return min(${operands.element('lengths', 'block')}, u.${full});
}`;
}

/** Where a row begins in a and in the result, and whether it is there at all. */
function declareBlockedRows({ blocks, lengths }: MatmulShader): string {
  const place = (name: 'a' | 'out'): string =>
    blocks ? `row / u.rowLength * u.${name}Block + row % u.rowLength * u.${name}Row` : `row * u.${name}Row`;
  const ends = lengths === 'rows' ? ' && row % u.rowLength < lengthOf(row / u.rowLength)' : '';
  return `fn rowOfA(row: i32) -> i32 {
  return ${place('a')};
}

fn rowOfOut(row: i32) -> i32 {
  return ${place('out')};
}

fn isRow(row: i32) -> bool {
  return row < u.rows${ends};
}`;
}

/** The loop is short, and one place that writes is compiled sooner than sixteen. */
function declarePutRow(operands: Operands, columns: number): string {
  return `fn putRow(row: i32, start: i32, column: i32, values: ${rowType(columns)}) {
  if (!isRow(row)) { return; }
  var rest = values;
  let end = min(column + ${columns}, u.columns);
  for (var n = column; n < end; n++) {
    let at = start + rowOfOut(row) + n * u.outColumn;
    var value = rest${columns === 4 ? '.x' : ''};
    if (u.accumulate != 0) { value += ${operands.elementAt('out', 'at')}; }
    ${operands.elementAt('out', 'at')} = value;
${columns === 4 ? '    rest = rest.yzwx;\n' : ''}  }
}`;
}

/** Statements that write the tile `c0`, `c1`, ... at `row0` and `column0`. */
export function putTile(rows: number): string[] {
  if (rows === 1) return ['putRow(row0, outBase, column0, c0);'];
  return [
    `let rowEnd = min(row0 + ${rows}, u.rows);`,
    'for (var row = row0; row < rowEnd; row++) {',
    '  putRow(row, outBase, column0, c0);',
    ...Array.from({ length: rows - 1 }, (_, index) => `  c${index} = c${index + 1};`),
    '}',
  ];
}

/** Statements that find a, b and the result of this batch: `aBase`, `bBase`, `outBase`. */
export function bases({ batch, operands }: MatmulShader): string[] {
  return [
    ...batch.coordinates('batch'),
    ...['a', 'b', 'out'].map((name) => `let ${name}Base = ${operands.place(name, ...batch.axes)};`),
  ];
}

/** Lines with a margin. */
export function indent(lines: readonly string[], depth: number): string {
  const margin = '  '.repeat(depth);
  return lines.map((line) => margin + line.replaceAll('\n', `\n${margin}`)).join('\n');
}
