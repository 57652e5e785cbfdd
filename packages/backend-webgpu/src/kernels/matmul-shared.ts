import type { Layout } from './matmul-layout.js';
import type { SharedPlan } from './matmul-plan.js';
import {
  bases,
  declarations,
  indent,
  type MatmulShader,
  part,
  plus,
  putTile,
  range,
} from './matmul-shader.js';

/** Terms of the inner sum that are in workgroup memory at a time. */
const depth = 16;

/**
 * WGSL of a product whose workgroups take parts of a and b into their memory, 16 terms of the inner sum at a time: invocations read
 * blocks of four rows (or columns) by four terms, and then all use all of them. For each term the rows of a part lie side by side.
 */
export function sharedCode(shader: MatmulShader): string {
  const { side } = shader.plan as SharedPlan;
  const { format } = shader;
  const vector = format.type === 'f16' ? 'vec4h' : 'vec4f';
  const square = 4 * side;
  const blocks = (side * depth) / 4;
  const body = [
    'let local = i32(invocation);',
    'let block = i32(group.x + group.y * u32(u.groupsAcross));',
    'let batch = block / (u.blocksAcross * u.blocksDown);',
    'if (batch >= u.batches) { return; }',
    `let firstRow = block / u.blocksAcross % u.blocksDown * ${square};`,
    `let firstColumn = block % u.blocksAcross * ${square};`,
    ...(shader.lengths === 'rows' ? skipPadding(square) : []),
    ...bases(shader),
    `let across = local % ${side};`,
    `let down = local / ${side};`,
    'let row0 = firstRow + down * 4;',
    'let column0 = firstColumn + across * 4;',
    '// Some invocations read blocks of a, others blocks of b.',
    `let own = local % ${blocks};`,
    `let innerFirst = select(u.bInnerFirst, u.aInnerFirst, local < ${blocks}) != 0;`,
    `let line = select(own % ${side}, own / ${depth / 4}, innerFirst);`,
    `let term = select(own / ${side}, own % ${depth / 4}, innerFirst) * 4;`,
    `let place = term * ${side} + line;`,
    ...lines(shader.a, 'aBase + rowOfA(', 'firstRow').map((at, i) => `let a${i} = ${at});`),
    ...lines(shader.b, 'bBase + u.bColumn * (', 'firstColumn').map((at, i) => `let b${i} = ${at});`),
    ...range(4).map((i) => `var c${i} = vec4f();`),
    ...sum(shader, side),
    ...putTile(4),
  ];
  return `${declarations(shader)}

var<workgroup> aPart: array<${vector}, ${side * depth}>;
var<workgroup> bPart: array<${vector}, ${side * depth}>;

@compute @workgroup_size(${side * side})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
${indent(body, 1)}
}
`;
}

/** Ends a workgroup all of whose rows lie past their lengths: of its blocks, only the first does not begin at its first row. */
function skipPadding(square: number): string[] {
  return [
    'let firstBlock = firstRow / u.rowLength;',
    `let lastBlock = min(firstRow + ${square - 1}, u.rows - 1) / u.rowLength;`,
    'var live = firstRow % u.rowLength < lengthOf(firstBlock);',
    'for (var other = firstBlock + 1; other <= lastBlock; other++) { live = live || lengthOf(other) > 0; }',
    'if (!live) { return; }',
  ];
}

/** Where the rows or columns of a block begin; vectors across them need the first. */
function lines(layout: Layout, before: string, first: string): string[] {
  return range(layout === 'outer vectors' ? 1 : 4).map((i) => `${before}${first} + ${plus('line * 4', i)}`);
}

/** The loop over parts. */
function sum(shader: MatmulShader, side: number): string[] {
  const { format } = shader;
  const blocks = (side * depth) / 4;
  const steps = [
    `if (local < ${blocks}) {`,
    indent(take('a', shader, side), 1),
    `} else if (local < ${2 * blocks}) {`,
    indent(take('b', shader, side), 1),
    '}',
    'workgroupBarrier();',
    '// What was read past the end is not used.',
    `let terms = min(${depth}, end - first);`,
    'for (var step = 0; step < terms; step++) {',
    `  let left = ${format.widenedFour(`aPart[step * ${side} + down]`)};`,
    `  let right = ${format.widenedFour(`bPart[step * ${side} + across]`)};`,
    ...range(4).map((i) => `  c${i} += left.${part[i]} * right;`),
    '}',
    'workgroupBarrier();',
  ];
  const loop = [`for (var first = 0; first < end; first += ${depth}) {`, indent(steps, 1), '}'];
  if (shader.lengths !== 'inner') return ['let end = u.inner;', ...loop];
  return [
    'for (var repeat = 0; repeat < u.repeats; repeat++) {',
    indent(['let end = lengthOf(repeat);', ...loop], 1),
    '}',
  ];
}

/** Reads a block, and puts it into the part term by term. */
function take(name: 'a' | 'b', shader: MatmulShader, side: number): string[] {
  const { format } = shader;
  const inner = `u.${name}Inner`;
  const start = shader.lengths === 'inner' ? ` + repeat * u.${name}Repeat` : '';
  const put = (j: number, value: string): string =>
    `${name}Part[${plus('place', j * side)}] = ${format.roundedFour(value)};`;
  const from = `from${name.toUpperCase()}`;
  const at = (line: number, j: number): string =>
    `${name}${line} + ${from}${j === 0 ? '' : ` + ${j} * ${inner}`}`;
  const declaration = `let ${from} = ${inner} * (first + term)${start};`;
  switch (shader[name]) {
    case 'outer vectors':
      return [declaration, ...range(4).map((j) => put(j, `${name}Vector(${at(0, j)})`))];
    case 'inner vectors':
      return [
        declaration,
        ...range(4).map((i) => `let v${i} = ${name}Vector(${at(i, 0)});`),
        ...range(4).map((j) =>
          put(
            j,
            `vec4f(${range(4)
              .map((i) => `v${i}.${part[j]}`)
              .join(', ')})`,
          ),
        ),
      ];
    case 'numbers':
      return [
        declaration,
        ...range(4).map((j) => {
          const numbers = range(4).map((i) => `${name}At(${at(i, j)})`);
          return put(j, `vec4f(${numbers.join(', ')})`);
        }),
      ];
  }
}
