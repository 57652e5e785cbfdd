import type { Layout } from './matmul-layout.js';
import { type RegisterPlan, registerInvocations } from './matmul-plan.js';
import {
  bases,
  declarations,
  indent,
  type MatmulShader,
  part,
  plus,
  putTile,
  range,
  rowType,
  scaled,
} from './matmul-shader.js';

/** WGSL of a product whose invocations read a and b straight into registers. */
export function registersCode(shader: MatmulShader): string {
  const plan = shader.plan as RegisterPlan;
  const { rows, columns, across, down, slices } = plan;
  const type = rowType(columns);
  const sliced = slices > 1;
  // Neighbouring invocations read what lies side by side: columns of b, or terms of the inner sum.
  const slicesFirst = sliced && shader.b !== 'outer vectors';
  const [slice, tile] = slicesFirst
    ? [`local % ${slices}`, `local / ${slices}`]
    : [`local / ${across * down}`, `local % ${across * down}`];
  const live = ['batch < u.batches', 'column0 < u.columns', anyRow(shader, rows)].join(' && ');
  const body = [
    'let local = i32(invocation);',
    'let block = i32(group.x + group.y * u32(u.groupsAcross));',
    'let batch = block / (u.blocksAcross * u.blocksDown);',
    `let slice = ${slice};`,
    `let tile = ${tile};`,
    `let row0 = ${tileAt('block / u.blocksAcross % u.blocksDown', down, `tile / ${across}`)} * ${rows};`,
    `let column0 = ${tileAt('block % u.blocksAcross', across, down === 1 ? 'tile' : `tile % ${across}`)} * ${columns};`,
    `let live = ${live};`,
    ...(sliced ? [] : ['if (!live) { return; }']),
    ...bases(shader),
    ...starts(shader, rows, columns),
    ...range(rows).map((i) => `var c${i} = ${type}();`),
    ...sum(shader, slices),
    ...(sliced ? putSlices(rows, slicesFirst ? 1 : across * down) : putTile(rows)),
  ];
  return `${declarations(shader)}
${sliced ? `\nvar<workgroup> sums: array<${type}, ${registerInvocations * rows}>;\n` : ''}
@compute @workgroup_size(${registerInvocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
${indent(body, 1)}
}
`;
}

/** The position of a tile among all, by that of its block. One row of tiles depends on the workgroup alone, which compilers can use. */
function tileAt(block: string, size: number, within: string): string {
  return size === 1 ? block : `(${block} * ${size} + ${within})`;
}

/** Whether any row of the tile exists: with lengths each has to be asked. */
function anyRow({ lengths }: MatmulShader, rows: number): string {
  if (lengths !== 'rows') return 'row0 < u.rows';
  return `(${range(rows)
    .map((i) => `isRow(${plus('row0', i)})`)
    .join(' || ')})`;
}

/** Where the rows of a and the columns of b begin; with lengths along the inner terms, in the first block of them. */
function starts({ lengths }: MatmulShader, rows: number, columns: number): string[] {
  const first = lengths === 'inner' ? 'First' : '';
  return [
    ...range(rows).map((i) => `let a${first}${rowName(i)} = aBase + rowOfA(${plus('row0', i)});`),
    ...range(columns).map(
      (n) => `let b${first}${columnName(n)} = bBase + ${scaled('column0', n, 'u.bColumn')};`,
    ),
  ];
}

const rowName = (i: number): string => `Row${i}`;
const columnName = (n: number): string => `Column${n}`;

/** The loop over the inner terms: four at a time where that makes a vector, and then what is left one by one. */
function sum(shader: MatmulShader, slices: number): string[] {
  const { rows, columns } = shader.plan;
  const wide = shader.a !== 'numbers' || shader.b !== 'numbers';
  const step = [...read(shader), ...multiply(shader)];
  const tail = single(rows, columns);
  const all = shader.lengths === 'inner' ? 'u.repeats * steps' : 'u.inner';
  const own = (count: string): string => (slices > 1 ? `select(0, ${count}, live)` : count);
  const first = slices > 1 ? 'slice' : '0';
  if (shader.lengths !== 'inner') {
    if (!wide) {
      return [
        `let end = ${own(all)};`,
        `for (var k = ${first}; k < end; k += ${slices}) {`,
        indent(tail, 1),
        '}',
      ];
    }
    return [
      `let end = ${own(all)};`,
      `var k = ${slices > 1 ? 'slice * 4' : '0'};`,
      `for (; k + 3 < end; k += ${4 * slices}) {`,
      indent(step, 1),
      '}',
      ...(shader.tail ? ['for (; k < end; k++) {', indent(tail, 1), '}'] : []),
    ];
  }
  const rebased = [
    ...range(rows).map((i) => `let a${rowName(i)} = aFirst${rowName(i)} + repeat * u.aRepeat;`),
    ...range(columns).map((n) => `let b${columnName(n)} = bFirst${columnName(n)} + repeat * u.bRepeat;`),
  ];
  return [
    'let steps = (u.inner + 3) / 4;',
    `let count = ${own(all)};`,
    `for (var turn = ${first}; turn < count; turn += ${slices}) {`,
    indent(
      [
        'let repeat = turn / steps;',
        'var k = turn % steps * 4;',
        `let end = min(lengthOf(repeat), k + 4);`,
        ...rebased,
        ...(wide ? ['if (k + 4 == end) {', indent(step, 1), '  continue;', '}'] : []),
        'for (; k < end; k++) {',
        indent(tail, 1),
        '}',
      ],
      1,
    ),
    '}',
  ];
}

/** Reads four terms of each row and column: `a0`, ... and `b0`, ..., vectors along the axis that the layout says. */
function read({ plan: { rows, columns }, a, b }: MatmulShader): string[] {
  return [
    ...readOperand('a', a, range(rows).map(rowName), 'u.aInner'),
    ...readOperand('b', b, range(columns).map(columnName), 'u.bInner'),
  ];
}

function readOperand(name: 'a' | 'b', layout: Layout, lines: readonly string[], inner: string): string[] {
  const term = (line: string, j: number): string => `${name}${line} + ${scaled('k', j, inner)}`;
  switch (layout) {
    case 'inner vectors':
      return lines.map((line, index) => `let ${name}${index} = ${name}Vector(${name}${line} + k);`);
    case 'outer vectors':
      // Four lines in a vector, four vectors for the terms.
      return range(lines.length).map(
        (index) => `let ${name}${index} = ${name}Vector(${term(lines[index - (index % 4)]!, index % 4)});`,
      );
    case 'numbers':
      return lines.map((line, index) => {
        const terms = range(4).map((j) => `${name}At(${term(line, j)})`);
        return `let ${name}${index} = vec4f(${terms.join(', ')});`;
      });
  }
}

/** Adds the four terms that were read to the tile. */
function multiply({ plan: { rows, columns }, a, b }: MatmulShader): string[] {
  const left = (i: number, j: number): string =>
    a === 'outer vectors' ? `a${i - (i % 4) + j}.${part[i % 4]}` : `a${i}.${part[j]}`;
  const turned = columns === 4 && b !== 'outer vectors';
  const right = (j: number): string => {
    if (columns === 1) return `b0.${part[j]}`;
    return turned ? `right${j}` : `b${j}`;
  };
  return range(4).flatMap((j) => [
    ...(turned
      ? [
          `let right${j} = vec4f(${range(4)
            .map((n) => `b${n}.${part[j]}`)
            .join(', ')});`,
        ]
      : []),
    ...range(rows).map((i) => `c${i} += ${left(i, j)} * ${right(j)};`),
  ]);
}

/** Adds one term to the tile. */
function single(rows: number, columns: number): string[] {
  const right = range(columns).map((n) => `bAt(b${columnName(n)} + k * u.bInner)`);
  return [
    `let right = ${columns === 4 ? `vec4f(${right.join(', ')})` : right[0]};`,
    ...range(rows).map((i) => `c${i} += aAt(a${rowName(i)} + k * u.aInner) * right;`),
  ];
}

/**
 * Adds up the slices of each row of the tile, and writes the sums: slice i those of row i, as there are at least as many slices as rows.
 * @param distance how far slices that are neighbours lie apart
 */
function putSlices(rows: number, distance: number): string[] {
  return [
    ...range(rows).map((i) => `sums[${plus(`local * ${rows}`, i)}] = c${i};`),
    'workgroupBarrier();',
    `if (!live || slice >= ${rows}) { return; }`,
    `let firstSum = (local - slice * ${distance}) * ${rows} + slice;`,
    'var total = sums[firstSum];',
    'for (var other = 1; other < u.slices; other++) {',
    `  total += sums[firstSum + other * ${rows * distance}];`,
    '}',
    'putRow(row0 + slice, outBase, column0, total);',
  ];
}
