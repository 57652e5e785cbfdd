import type { CellProgram, RecurrenceGradArgs } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';
import type { Operands } from '../operands.js';
import { run, runElements } from '../run.js';
import { indented } from '../text.js';
import { type GradientForm, gradientForm } from './backward.js';
import { backwardText, cellKey, each, innerGradientText, lengthOf, loadParameters } from './cell.js';
import { chunksOf, sizesOf, slotsOf, stepsAtOnce } from './sequence.js';
import { four, total } from './weights.js';
import { backwardWorkgroup, type Workgroup } from './workgroup.js';

/**
 * The sweep back over whole sequences, in one dispatch or a few: a workgroup takes a row through its steps. It remembers the gradients
 * of the products of a step; an invocation remembers the gradients of the states of its unit.
 */
export function backwardSequence(context: KernelContext, args: RecurrenceGradArgs, operands: Operands): void {
  const { cell, R, reverse } = args;
  const sizes = sizesOf(args);
  const { T, B, G, H, I } = sizes;
  const form = gradientForm(args);
  const workgroup = R && backwardWorkgroup(context.limits, sizes)!;
  const chunks = chunksOf(T, !reverse, stepsAtOnce(sizes, R !== null));
  for (const chunk of chunks) {
    // Whoever else needs the device gets it between two submissions.
    if (chunk !== chunks[0]) context.recorder.submit();
    const numbers = { ...chunk, ...slotsOf(reverse), length: T, rows: B, units: H };
    const common = { label: 'recurrenceGrad', operands };
    if (!workgroup) {
      const code = (all: Operands) => alone(cell, all, form);
      runElements(context, { ...common, key: `alone ${cellKey(cell)}`, numbers, code }, B * H);
      continue;
    }
    const { slices, depth } = workgroup;
    const groups = spread(B);
    const innerFours = Math.ceil((I * H) / 4);
    const inner: Record<string, number> =
      I > 0 ? { innerFours, innerDepth: Math.ceil(innerFours / slices) } : {};
    run(
      context,
      {
        ...common,
        key: `sequence ${form} ${workgroup.key} ${cellKey(cell)}`,
        numbers: {
          ...numbers,
          ...{ groups: groups[0], slices, depth, fours: Math.ceil(((G - I) * H) / 4) },
          ...inner,
        },
        code: (all) => (workgroup.looped ? looped : sliced)(cell, all, form, workgroup),
      },
      groups,
    );
  }
}

const unitOf = (operands: Operands, name: string, index: number): string =>
  operands.element(name, index, 'row', 'unit');

/** d0, d1, ...: the gradients of the new states, from what is carried; that of the output gets what comes from above. */
export function addOutputGradient({ output }: CellProgram, operands: Operands): string[] {
  return operands.has('dOutput')
    ? [`d${output} += ${operands.element('dOutput', 'time', 'row', 'unit')};`]
    : [];
}

/** Loads what the cell reads. Parameters are loaded elsewhere. */
function loadLeaves({ gates: G, states: S }: CellProgram, operands: Operands): string[] {
  const atGate = (name: string, gate: number): string => operands.element(name, 'time', 'row', gate, 'unit');
  return [
    ...each(G, (gate) => `let x${gate} = ${atGate('x', gate)};`),
    ...(operands.has('products') ? each(G, (gate) => `let r${gate} = ${atGate('products', gate)};`) : []),
    ...each(
      S,
      (index) => `let s${index} = ${operands.element('states', index, '(time + u.before)', 'row', 'unit')};`,
    ),
  ];
}

/** Loads what the cell reads, and computes. */
export function backwardStep(cell: CellProgram, operands: Operands, form: GradientForm): string[] {
  return [
    ...loadLeaves(cell, operands),
    ...backwardText(cell, form !== 'none', form === 'separate').statements,
    ...storeGradients(cell, operands, (kind, gate) => `g${kind}${gate}`),
  ];
}

/** Writes the gradients of x, and those of the products where they are others. */
export function storeGradients(
  { gates }: CellProgram,
  operands: Operands,
  spell: (kind: 'x' | 'r', gate: number) => string,
): string[] {
  const store = (kind: 'x' | 'r'): string[] =>
    each(
      gates,
      (gate) => `${operands.element(`d${kind}`, 'time', 'row', gate, 'unit')} = ${spell(kind, gate)};`,
    );
  return [...store('x'), ...(operands.has('dr') ? store('r') : [])];
}

/** Where the gradient of a unit's product lies in workgroup memory: those of inner gates begin with a vector of their own. */
function placeOf({ gates, inner }: CellProgram, gate: number): string {
  const border = gates - (inner?.gates ?? 0);
  if (gate < border) return `${gate} * u.units + unit`;
  return gate === border ? '4 * u.fours + unit' : `4 * u.fours + ${gate - border} * u.units + unit`;
}

/** Fills up the last vectors of what lies in workgroup memory. */
function fillVectors({ gates, inner }: CellProgram): string {
  const innerGates = inner?.gates ?? 0;
  const outerGates = gates - innerGates;
  const fill = (fours: string, count: number, at: string): string =>
    `  if (lane < 4 * ${fours} - ${count} * u.units) { gradient[${at}${count} * u.units + lane] = 0f; }`;
  return [
    fill('u.fours', outerGates, ''),
    ...(inner ? [fill('u.innerFours', innerGates, '4 * u.fours + ')] : []),
  ].join('\n');
}

/**
 * Adds what flows back through the inner product, from its gradient `dValue`.
 * @param state spells where the gradient of a state is carried, `sum` where that of a parameter is
 */
function addInner(
  cell: CellProgram,
  operands: Operands,
  form: GradientForm,
  state: (index: number) => string,
  sum: (index: number) => string,
): string[] {
  const isSeparate = form === 'separate';
  const added = (gradient: string, value: string): string[] => {
    const index = Number(gradient.slice(2));
    const add = (place: string): string => `${place} += ${value};`;
    const toGate = (name: string): string => add(operands.element(name, 'time', 'row', index, 'unit'));
    const toProduct = add(`gradient[${placeOf(cell, index)}]`);
    switch (gradient.slice(0, 2)) {
      case 'gx':
        return isSeparate ? [toGate('dx')] : [toGate('dx'), toProduct];
      case 'gr':
        return [toGate('dr'), toProduct];
      case 'gs':
        return [add(state(index))];
      default:
        return [add(sum(index))];
    }
  };
  return [...loadLeaves(cell, operands), ...innerGradientText(cell, isSeparate, added)];
}

const main = ({ lanes }: Workgroup, body: string): string => `
@compute @workgroup_size(${lanes})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let row = i32(id.x) + i32(id.y) * u.groups;
  if (row >= u.rows) { return; }
  let lane = i32(invocation);
${body}
}
`;

/** Units fit into the workgroup: several invocations share what flows back to a unit where there are enough of them. */
function sliced(cell: CellProgram, operands: Operands, form: GradientForm, workgroup: Workgroup): string {
  const { gates: G, states: S, parameters: P } = cell;
  const { helpers } = backwardText(cell, true, form === 'separate');
  const product = form === 'separate' ? 'gr' : 'gx';
  const weights = operands.element('weights', 'k', 'unit');
  const multiplyBack = (begin: string, end: string): string => `    if (runs) {
      var w = vec4<f32>();
      for (var k = ${begin}; k < ${end}; k++) { w += ${four('gradient')} * ${weights}; }
      sum = ${total('w')};
      if (!owns && slice < u.slices) { partials[(slice - 1) * u.units + unit] = sum; }
    }
    workgroupBarrier();
    if (owns && runs) {
      for (var other = 1; other < u.slices; other++) { sum += partials[(other - 1) * u.units + unit]; }`;
  return `${helpers}
var<workgroup> gradient: array<f32, ${workgroup.lanes * G}>;
var<workgroup> partials: array<f32, ${workgroup.lanes}>;
${main(
  workgroup,
  `  let unit = lane % u.units;
  let slice = lane / u.units;
  let owns = slice == 0;
  let length = ${lengthOf(operands)};
  let begin = slice * u.depth;
  let end = select(0, min(begin + u.depth, u.fours), slice < u.slices);
${
  cell.inner
    ? `  let innerBegin = u.fours + slice * u.innerDepth;
  let innerEnd = select(0, u.fours + min((slice + 1) * u.innerDepth, u.innerFours), slice < u.slices);
`
    : ''
}${indented(loadParameters(cell, operands), '  ')}
${indented(
  each(S, (index) => `var d${index} = ${unitOf(operands, 'carried', index)};`),
  '  ',
)}
${indented(
  each(P, (index) => `var q${index} = ${unitOf(operands, 'sums', index)};`),
  '  ',
)}
${fillVectors(cell)}
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    if (owns) {
${indented(addOutputGradient(cell, operands), '      ')}
      if (runs) {
${indented(
  [
    ...backwardStep(cell, operands, form),
    ...each(G, (gate) => `gradient[${placeOf(cell, gate)}] = ${product}${gate};`),
    ...each(S, (index) => `d${index} = gs${index};`),
    ...each(P, (index) => `q${index} += gp${index};`),
  ],
  '        ',
)}
      } else {
${indented(
  storeGradients(cell, operands, () => '0f'),
  '        ',
)}
      }
    }
    workgroupBarrier();
    var sum = 0f;
${
  cell.inner
    ? `${multiplyBack('innerBegin', 'innerEnd')}
      let dValue = sum;
${indented(
  addInner(
    cell,
    operands,
    form,
    (index) => `d${index}`,
    (index) => `q${index}`,
  ),
  '      ',
)}
    }
    workgroupBarrier();
`
    : ''
}${multiplyBack('begin', 'end')}
      d0 += sum;
    }
    time += u.direction;
  }
  if (owns) {
${indented(
  [
    ...each(S, (index) => `${unitOf(operands, 'carried', index)} = d${index};`),
    ...each(P, (index) => `${unitOf(operands, 'sums', index)} = q${index};`),
  ],
  '    ',
)}
  }`,
)}`;
}

/** More units than invocations: each takes several, and what is carried lies in `carried` and `sums`. */
function looped(cell: CellProgram, operands: Operands, form: GradientForm, workgroup: Workgroup): string {
  const { gates: G, states: S, parameters: P } = cell;
  const { helpers } = backwardText(cell, true, form === 'separate');
  const product = form === 'separate' ? 'gr' : 'gx';
  const overUnits = (lines: readonly string[], indent: string): string =>
    indented(
      [`for (var unit = lane; unit < u.units; unit += ${workgroup.lanes}) {`, indented(lines, '  '), '}'],
      indent,
    );
  const weights = operands.element('weights', 'k', 'unit');
  const multiplyBack = (begin: string, end: string): string[] => [
    'var w = vec4<f32>();',
    `for (var k = ${begin}; k < ${end}; k++) { w += ${four('gradient')} * ${weights}; }`,
  ];
  return `${helpers}
var<workgroup> gradient: array<f32, ${workgroup.capacity * G}>;
${main(
  workgroup,
  `  let length = ${lengthOf(operands)};
${fillVectors(cell)}
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
${overUnits(
  [
    ...each(S, (index) => `var d${index} = ${unitOf(operands, 'carried', index)};`),
    ...addOutputGradient(cell, operands),
    'if (runs) {',
    indented(
      [
        ...loadParameters(cell, operands),
        ...backwardStep(cell, operands, form),
        ...each(G, (gate) => `gradient[${placeOf(cell, gate)}] = ${product}${gate};`),
        ...each(S, (index) => `d${index} = gs${index};`),
        ...each(P, (index) => `${unitOf(operands, 'sums', index)} += gp${index};`),
      ],
      '  ',
    ),
    '} else {',
    indented(
      storeGradients(cell, operands, () => '0f'),
      '  ',
    ),
    '}',
    ...each(S, (index) => `${unitOf(operands, 'carried', index)} = d${index};`),
  ],
  '    ',
)}
    workgroupBarrier();
${
  cell.inner
    ? `    if (runs) {
${overUnits(
  [
    ...multiplyBack('u.fours', 'u.fours + u.innerFours'),
    `let dValue = ${total('w')};`,
    ...loadParameters(cell, operands),
    ...addInner(
      cell,
      operands,
      form,
      (index) => unitOf(operands, 'carried', index),
      (index) => unitOf(operands, 'sums', index),
    ),
  ],
  '      ',
)}
    }
    workgroupBarrier();
`
    : ''
}    if (runs) {
${overUnits([...multiplyBack('0', 'u.fours'), `${unitOf(operands, 'carried', 0)} += ${total('w')};`], '      ')}
    }
    workgroupBarrier();
    time += u.direction;
  }`,
)}`;
}

/** Units do not mix: each goes its way alone. */
function alone(cell: CellProgram, operands: Operands, form: GradientForm): { module: string; body: string } {
  const { states: S, parameters: P } = cell;
  return {
    module: backwardText(cell, false, false).helpers,
    body: `  let row = index / u.units;
  let unit = index % u.units;
  let length = ${lengthOf(operands)};
${indented(loadParameters(cell, operands), '  ')}
${indented(
  each(S, (index) => `var d${index} = ${unitOf(operands, 'carried', index)};`),
  '  ',
)}
${indented(
  each(P, (index) => `var q${index} = ${unitOf(operands, 'sums', index)};`),
  '  ',
)}
  var time = u.first;
  for (var count = 0; count < u.steps; count++) {
${indented(addOutputGradient(cell, operands), '    ')}
    if (time < length) {
${indented(
  [
    ...backwardStep(cell, operands, form),
    ...each(S, (index) => `d${index} = gs${index};`),
    ...each(P, (index) => `q${index} += gp${index};`),
  ],
  '      ',
)}
    } else {
${indented(
  storeGradients(cell, operands, () => '0f'),
  '      ',
)}
    }
    time += u.direction;
  }
${indented(
  [
    ...each(S, (index) => `${unitOf(operands, 'carried', index)} = d${index};`),
    ...each(P, (index) => `${unitOf(operands, 'sums', index)} = q${index};`),
  ],
  '  ',
)}`,
  };
}
