import type { CellProgram, RecurrenceArgs } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';
import { type FactorFormat, formatFor } from '../factor-format.js';
import { type Operand, Operands } from '../operands.js';
import { run, runElements } from '../run.js';
import { indented } from '../text.js';
import { cellKey, each, forwardText, lengthOf, loadParameters } from './cell.js';
import { chunksOf, sizesOf, slotsOf, stepsAtOnce } from './sequence.js';
import { four, packForward, total } from './weights.js';
import { forwardWorkgroup, type Workgroup } from './workgroup.js';

/** The operands of the forward sweep. */
export function forwardOperands(
  { x, states, products, parameters, lengths }: RecurrenceArgs,
  weights: Operand | null,
): Operands {
  return new Operands({
    x: { view: x, axes: ['time', 'row', 'gate', 'unit'] },
    weights,
    states: { view: states, axes: ['state', 'slot', 'row', 'unit'], write: true },
    products: products && { view: products, axes: ['time', 'row', 'gate', 'unit'], write: true },
    parameters: parameters && { view: parameters, axes: ['parameter', 'unit'] },
    lengths: lengths && { view: lengths, axes: ['row'] },
  });
}

/**
 * The forward sweep of whole sequences, in one dispatch or a few: a workgroup takes a row through its steps. It remembers the first
 * state of all units in the format of factors; an invocation remembers the other states of its unit.
 */
export function forwardSequence(context: KernelContext, args: RecurrenceArgs): void {
  const format = formatFor(context.precision);
  const packed = args.R && packForward(context, args.R, format);
  try {
    sweep(context, args, forwardOperands(args, packed?.operand ?? null), format);
  } finally {
    if (packed) context.memory.free(packed.storage);
  }
}

function sweep(context: KernelContext, args: RecurrenceArgs, operands: Operands, format: FactorFormat): void {
  const { cell, R, reverse } = args;
  const sizes = sizesOf(args);
  const { T, B, H } = sizes;
  const workgroup = R && forwardWorkgroup(context.limits, sizes)!;
  const chunks = chunksOf(T, reverse, stepsAtOnce(sizes, R !== null));
  for (const chunk of chunks) {
    // Whoever else needs the device gets it between two submissions.
    if (chunk !== chunks[0]) context.recorder.submit();
    const numbers = { ...chunk, ...slotsOf(reverse), length: T, rows: B, units: H };
    const common = { label: 'recurrence', operands };
    if (!workgroup) {
      const code = (all: Operands) => alone(cell, all);
      runElements(context, { ...common, key: `alone ${cellKey(cell)}`, numbers, code }, B * H);
      continue;
    }
    const { slices, depth } = workgroup;
    const groups = spread(B);
    run(
      context,
      {
        ...common,
        key: `sequence ${workgroup.key} ${cellKey(cell)}`,
        numbers: { ...numbers, groups: groups[0], slices, depth, fours: Math.ceil(H / 4) },
        directives: format.directives,
        code: (all) => (workgroup.looped ? looped : sliced)(cell, all, workgroup, format),
      },
      groups,
    );
  }
}

/** Loads x of a row and unit at `time`. */
const loadInputs = ({ gates }: CellProgram, operands: Operands): string[] =>
  each(gates, (gate) => `let x${gate} = ${operands.element('x', 'time', 'row', gate, 'unit')};`);

/** Stores the product where somebody wants it. `spell` is the product of a gate. */
function storeProducts(
  { gates }: CellProgram,
  operands: Operands,
  spell: (gate: number) => string,
): string[] {
  if (!operands.has('products')) return [];
  return each(
    gates,
    (gate) => `${operands.element('products', 'time', 'row', gate, 'unit')} = ${spell(gate)};`,
  );
}

/** r0, r1, ... = the products of four times units `begin` to `end` with the recurrent weights. */
function multiply({ gates }: CellProgram, operands: Operands, format: FactorFormat, begin = ''): string[] {
  const weights = (gate: number): string =>
    format.widenedFour(operands.element('weights', 'k', gate, 'unit'));
  return [
    ...each(gates, (gate) => `var w${gate} = vec4<f32>();`),
    'for (var k = begin; k < end; k++) {',
    `  let h = ${four('first', begin, format)};`,
    ...each(gates, (gate) => `  w${gate} += h * ${weights(gate)};`),
    '}',
    ...each(gates, (gate) => `r${gate} = ${total(`w${gate}`)};`),
  ];
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

/** Units fit into the workgroup: several invocations share the product of a unit where there are enough of them. */
function sliced(cell: CellProgram, operands: Operands, workgroup: Workgroup, format: FactorFormat): string {
  const { gates: G, states: S } = cell;
  const { helpers, statements } = forwardText(cell, true);
  const state = (index: number, slot: string): string =>
    operands.element('states', index, slot, 'row', 'unit');
  return `${helpers}${format.helpers}
var<workgroup> first: array<${format.type}, ${workgroup.lanes}>;
var<workgroup> partials: array<f32, ${workgroup.lanes * G}>;
${main(
  workgroup,
  `  let unit = lane % u.units;
  let slice = lane / u.units;
  let owns = slice == 0;
  let length = ${lengthOf(operands)};
  let begin = slice * u.depth;
  let end = select(0, min(begin + u.depth, u.fours), slice < u.slices);
${indented(loadParameters(cell, operands), '  ')}
  var time = u.first;
${indented(
  each(S, (index) => `var s${index} = ${state(index, '(time + u.before)')};`),
  '  ',
)}
  first[lane] = ${format.rounded('select(0f, s0, owns)')};
  workgroupBarrier();
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
${indented(
  each(G, (gate) => `var x${gate} = 0f;`),
  '    ',
)}
${indented(
  each(G, (gate) => `var r${gate} = 0f;`),
  '    ',
)}
    if (runs) {
      if (owns) {
${indented(
  each(G, (gate) => `x${gate} = ${operands.element('x', 'time', 'row', gate, 'unit')};`),
  '        ',
)}
      }
${indented(multiply(cell, operands, format), '      ')}
      if (!owns && slice < u.slices) {
        let at = (slice - 1) * ${G} * u.units + unit;
${indented(
  each(G, (gate) => `partials[at + ${gate} * u.units] = r${gate};`),
  '        ',
)}
      }
    }
    workgroupBarrier();
    if (owns) {
      if (runs) {
        for (var other = 1; other < u.slices; other++) {
          let at = (other - 1) * ${G} * u.units + unit;
${indented(
  each(G, (gate) => `r${gate} += partials[at + ${gate} * u.units];`),
  '          ',
)}
        }
${indented(statements, '        ')}
${indented(
  each(S, (index) => `s${index} = n${index};`),
  '        ',
)}
        first[unit] = ${format.rounded('s0')};
      }
${indented(
  storeProducts(cell, operands, (gate) => `r${gate}`),
  '      ',
)}
${indented(
  each(S, (index) => `${state(index, '(time + u.after)')} = s${index};`),
  '      ',
)}
    }
    workgroupBarrier();
    time += u.direction;
  }`,
)}`;
}

/** More units than invocations: each takes several, and the first states before and after a step lie side by side as factors. */
function looped(cell: CellProgram, operands: Operands, workgroup: Workgroup, format: FactorFormat): string {
  const { gates: G, states: S } = cell;
  const { helpers, statements } = forwardText(cell, true);
  const state = (index: number, slot: string): string =>
    operands.element('states', index, slot, 'row', 'unit');
  const overUnits = (lines: readonly string[], indent: string): string =>
    indented(
      [`for (var unit = lane; unit < u.units; unit += ${workgroup.lanes}) {`, indented(lines, '  '), '}'],
      indent,
    );
  return `${helpers}${format.helpers}
var<workgroup> first: array<${format.type}, ${2 * workgroup.capacity}>;
${main(
  workgroup,
  `  let length = ${lengthOf(operands)};
  var time = u.first;
${overUnits([`first[unit] = ${format.rounded(state(0, '(time + u.before)'))};`], '  ')}
  if (lane < 4 * u.fours - u.units) {
    first[u.units + lane] = ${format.zero};
    first[${workgroup.capacity} + u.units + lane] = ${format.zero};
  }
  workgroupBarrier();
  var old = 0;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    let young = ${workgroup.capacity} - old;
${overUnits(
  [
    ...each(S, (index) => `let s${index} = ${state(index, '(time + u.before)')};`),
    'if (runs) {',
    indented(
      [
        ...loadInputs(cell, operands),
        ...loadParameters(cell, operands),
        ...each(G, (gate) => `var r${gate} = 0f;`),
        'let begin = 0;',
        'let end = u.fours;',
        ...multiply(cell, operands, format, 'old + '),
        ...storeProducts(cell, operands, (gate) => `r${gate}`),
        ...statements,
        `first[young + unit] = ${format.rounded('n0')};`,
        ...each(S, (index) => `${state(index, '(time + u.after)')} = n${index};`),
      ],
      '  ',
    ),
    '} else {',
    indented(
      [
        ...storeProducts(cell, operands, () => '0f'),
        `first[young + unit] = ${format.rounded('s0')};`,
        ...each(S, (index) => `${state(index, '(time + u.after)')} = s${index};`),
      ],
      '  ',
    ),
    '}',
  ],
  '    ',
)}
    workgroupBarrier();
    old = young;
    time += u.direction;
  }`,
)}`;
}

/** Units do not mix: each goes its way alone. */
function alone(cell: CellProgram, operands: Operands): { module: string; body: string } {
  const { states: S } = cell;
  const { helpers, statements } = forwardText(cell, false);
  const state = (index: number, slot: string): string =>
    operands.element('states', index, slot, 'row', 'unit');
  return {
    module: helpers,
    body: `  let row = index / u.units;
  let unit = index % u.units;
  let length = ${lengthOf(operands)};
${indented(loadParameters(cell, operands), '  ')}
  var time = u.first;
${indented(
  each(S, (index) => `var s${index} = ${state(index, '(time + u.before)')};`),
  '  ',
)}
  for (var count = 0; count < u.steps; count++) {
    if (time < length) {
${indented([...loadInputs(cell, operands), ...statements], '      ')}
${indented(
  each(S, (index) => `s${index} = n${index};`),
  '      ',
)}
    }
${indented(
  each(S, (index) => `${state(index, '(time + u.after)')} = s${index};`),
  '    ',
)}
    time += u.direction;
  }`,
  };
}
