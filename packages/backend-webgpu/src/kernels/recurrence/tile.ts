import { type FactorFormat, float32Format } from '../factor-format.js';
import { indented } from '../text.js';
import { each } from './cell.js';

/** Units and groups of four rows that a workgroup of the stepwise kernels has invocations for. */
export const tileUnits = 32;
const parts = 8;
/** Rows of an invocation: they fill a vector. */
export const rowsTogether = 4;
const lanes = tileUnits * parts;

/**
 * The product of a step: rows times a matrix. A workgroup has 32 units, and eight invocations for each: they take different rows,
 * or, where there are few, different terms of the product.
 */
export interface Tile {
  /** Numbers of each unit that are multiplied, each with its own column of the matrix. */
  readonly columns: number;
  /** Groups of four rows in a workgroup, and parts into which products are cut: together eight. */
  readonly groups: number;
  readonly slices: number;
  /** Terms whose factors lie in workgroup memory at a time. */
  readonly depth: number;
  readonly key: string;
}

/** @param room bytes of workgroup memory; null where it does not do */
export function tileFor(room: number, rows: number, columns: number, format = float32Format): Tile | null {
  let groups = 1;
  while (groups < parts && groups * rowsTogether < rows) groups *= 2;
  const slices = parts / groups;
  const exchange = slices > 1 ? lanes * 16 : 0;
  for (let depth = 32; depth >= 1; depth /= 2) {
    const bytes = depth * (groups * rowsTogether + columns * tileUnits) * format.bytes + exchange;
    if (bytes <= room) return { columns, groups, slices, depth, key: `${groups}/${depth}` };
  }
  return null;
}

/** Workgroups along x and y. */
export function tileGroups({ groups }: Tile, rows: number, units: number): readonly [number, number] {
  return [Math.ceil(units / tileUnits), Math.ceil(rows / (groups * rowsTogether))];
}

/** How the factors are spelled: an element of a row (`row`, `term`) as an `f32`, one of a column (`term`, `unit`) in its format. */
export interface Factors {
  left(row: string, term: string): string;
  right(column: number): string;
}

/**
 * WGSL of a kernel that computes the product, u.terms terms long, and then does something with it in each row and unit.
 * @param module declarations for module scope
 * @param each statements with `row`, `unit` and the products `r0`, `r1`, ...
 */
export function tileText(
  tile: Tile,
  factors: Factors,
  format: FactorFormat,
  module: string,
  finish: readonly string[],
): string {
  const { columns, groups, slices, depth } = tile;
  const matrix = depth * tileUnits;
  return `${module}${format.helpers}
var<workgroup> lefts: array<vec4<${format.type}>, ${depth * groups}>;
var<workgroup> rights: array<${format.type}, ${matrix * columns}>;
${slices > 1 ? `var<workgroup> partials: array<vec4<f32>, ${lanes}>;\n` : ''}
fn left(row: i32, term: i32) -> f32 {
  if (row >= u.rows || term >= u.terms) { return 0f; }
  return ${factors.left('row', 'term')};
}

@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let lane = i32(invocation);
  let column = lane % ${tileUnits};
  let group = lane / ${tileUnits} % ${groups};
  let slice = lane / ${tileUnits * groups};
  let firstUnit = i32(id.x) * ${tileUnits};
  let firstRow = i32(id.y) * ${groups * rowsTogether};
${indented(
  each(columns, (index) => `var a${index} = vec4<f32>();`),
  '  ',
)}
  for (var begin = 0; begin < u.terms; begin += ${depth}) {
    for (var at = lane; at < ${depth * groups}; at += ${lanes}) {
      let term = begin + at % ${depth};
      let together = at / ${depth};
      let row = firstRow + together * ${rowsTogether};
      lefts[at % ${depth} * ${groups} + together] =
        ${format.roundedFour('vec4<f32>(left(row, term), left(row + 1, term), left(row + 2, term), left(row + 3, term))')};
    }
    for (var at = lane; at < ${matrix}; at += ${lanes}) {
      let term = begin + at / ${tileUnits};
      let unit = firstUnit + column;
      if (term < u.terms && unit < u.units) {
${indented(
  each(columns, (index) => `rights[${index * matrix} + at] = ${factors.right(index)};`),
  '        ',
)}
      }
    }
    workgroupBarrier();
    let end = min(${depth}, u.terms - begin);
    for (var k = slice; k < end; k += ${slices}) {
      let some = ${format.widenedFour(`lefts[k * ${groups} + group]`)};
${indented(
  each(columns, (index) => {
    const right = format.widened(`rights[${index * matrix} + k * ${tileUnits} + column]`);
    return `a${index} += some * ${right};`;
  }),
  '      ',
)}
    }
    workgroupBarrier();
  }
${indented(slices > 1 ? each(columns, (index) => addSlices(index, tile)) : [], '  ')}
  let unit = firstUnit + column;
  let begin = firstRow + group * ${rowsTogether};
  if (slice > 0 || unit >= u.units) { return; }
  for (var row = begin; row < min(begin + u.together, u.rows); row++) {
${indented(
  each(columns, (index) => `var r${index} = a${index}.x;\na${index} = a${index}.yzwx;`),
  '    ',
)}
${indented(finish, '    ')}
  }
}
`;
}

function addSlices(column: number, { groups, slices }: Tile): string {
  const stride = groups * tileUnits;
  return `partials[lane] = a${column};
workgroupBarrier();
if (slice == 0) {
  for (var other = lane + ${stride}; other < ${stride * slices}; other += ${stride}) { a${column} += partials[other]; }
}
workgroupBarrier();`;
}
