import type { BufferUse } from '../device/recorder.js';
import type { FactorFormat } from './factor-format.js';
import type { Layout, Places } from './matmul-layout.js';
import type { Plan } from './matmul-plan.js';
import { declareArguments, declareBuffers, declareWalk, type ShaderArguments } from './shader-arguments.js';

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
  readonly buffers: readonly BufferUse[];
  readonly places: Places;
  readonly arguments: ShaderArguments;
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

/** Uniforms, bindings, and the functions that all products share. */
export function declarations(shader: MatmulShader): string {
  const { a, b, format, buffers, places, lengths, plan } = shader;
  const rank = shader.arguments.axes?.length ?? 0;
  const elements: string[] = [];
  if (a !== 'numbers') elements[places.a] = 'vec4f';
  if (b !== 'numbers') elements[places.b] = 'vec4f';
  return [
    declareArguments(shader.arguments),
    declareBuffers(buffers, elements),
    rank > 0 ? declareWalk(rank) : '',
    declareRead('a', places.a, a),
    declareRead('b', places.b, b),
    lengths ? declareLength(places.lengths!, lengths === 'rows' ? 'rowLength' : 'inner') : '',
    declareBlockedRows(shader),
    declarePutRow(places.out, plan.columns),
    format.helpers,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function declareRead(name: 'a' | 'b', place: number, layout: Layout): string {
  if (layout === 'numbers') {
    return `fn ${name}At(index: i32) -> f32 {
  return buffer${place}[index];
}`;
  }
  return `fn ${name}Vector(index: i32) -> vec4f {
  return buffer${place}[index >> 2];
}

fn ${name}At(index: i32) -> f32 {
  return buffer${place}[index >> 2][index & 3];
}`;
}

/** A length is never more than there is, whatever it says. */
function declareLength(place: number, full: 'rowLength' | 'inner'): string {
  return `fn lengthOf(block: i32) -> i32 {
  return min(bitcast<i32>(buffer${place}[u.lengthsOffset + block * u.lengthsStride]), u.${full});
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
function declarePutRow(place: number, columns: number): string {
  return `fn putRow(row: i32, start: i32, column: i32, values: ${rowType(columns)}) {
  if (!isRow(row)) { return; }
  var rest = values;
  let end = min(column + ${columns}, u.columns);
  for (var n = column; n < end; n++) {
    let at = start + rowOfOut(row) + n * u.outColumn;
    var value = rest${columns === 4 ? '.x' : ''};
    if (u.accumulate != 0) { value += buffer${place}[at]; }
    buffer${place}[at] = value;
${columns === 4 ? '    rest = rest.yzwx;\n' : ''}  }
}`;
}

/** Statements that write the tile `c0`, `c1`, ... at `row0` and `column0`. */
export function putTile(rows: number): string[] {
  if (rows === 1) return ['putRow(row0, outBase, column0, c0);'];
  return [
    'let rowEnd = min(row0 + 4, u.rows);',
    'for (var row = row0; row < rowEnd; row++) {',
    '  putRow(row, outBase, column0, c0);',
    '  c0 = c1;',
    '  c1 = c2;',
    '  c2 = c3;',
    '}',
  ];
}

/** Statements that find a, b and the result of this batch: `aBase`, `bBase`, `outBase`. */
export function bases(shader: MatmulShader): string[] {
  const hasBatch = (shader.arguments.axes?.length ?? 0) > 0;
  const start = (name: string): string => (hasBatch ? ` + start.${name}` : '');
  return [
    ...(hasBatch ? ['let start = walk(batch);'] : []),
    `let aBase = u.aOffset${start('x')};`,
    `let bBase = u.bOffset${start('y')};`,
    `let outBase = u.outOffset${start('z')};`,
  ];
}

/** Lines with a margin. */
export function indent(lines: readonly string[], depth: number): string {
  const margin = '  '.repeat(depth);
  return lines.map((line) => margin + line.replaceAll('\n', `\n${margin}`)).join('\n');
}
