import { type CellProgram, ELEMENT_BYTES, type RecurrenceArgs, type View, viewOf } from '@ostinato/kernel';
import { spread } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';
import { type FactorFormat, formatFor } from '../factor-format.js';
import { type Operand, Operands } from '../operands.js';
import { run, runElements } from '../run.js';
import { type Scratch, withScratch } from '../scratch.js';
import { indented } from '../text.js';
import { cellKey, each, forwardText, innerText, lengthOf, loadParameters } from './cell.js';
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
  const format = formatFor(args.cell.wideRange ? 'float32' : context.precision);
  withScratch(context, (scratch) => {
    const weights = args.R && packForward(context, scratch, args.R, format);
    const waits = weights && !args.products && args.cell.inner;
    const products = waits ? productsOfStep(scratch, args) : args.products;
    sweep(context, args, forwardOperands({ ...args, products }, weights), format);
  });
}

/** Room for the products of a step, which the next one overwrites: what lies between two products of a step may have to wait there. */
function productsOfStep(scratch: Scratch, args: RecurrenceArgs): View {
  const { B, G, H } = sizesOf(args);
  const view = viewOf(scratch(B * G * H * ELEMENT_BYTES), [1, B, G, H]);
  return { ...view, strides: [0, ...view.strides.slice(1)] };
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

/** The gates that get the product of the first state, and those that get the inner product. */
function gateRanges({ gates, inner }: CellProgram): { outer: number[]; inner: number[] } {
  const all = Array.from({ length: gates }, (_, gate) => gate);
  const border = gates - (inner?.gates ?? 0);
  return { outer: all.slice(0, border), inner: all.slice(border) };
}

/** r0, r1, ... of some gates = the products of four times units `begin` to `end` of `left` with the recurrent weights. */
function multiply(
  gates: readonly number[],
  left: string,
  operands: Operands,
  format: FactorFormat,
  begin = '',
): string[] {
  const weights = (gate: number): string =>
    format.widenedFour(operands.element('weights', 'k', gate, 'unit'));
  return [
    ...gates.map((gate) => `var w${gate} = vec4<f32>();`),
    'for (var k = begin; k < end; k++) {',
    `  let h = ${four(left, begin, format)};`,
    ...gates.map((gate) => `  w${gate} += h * ${weights(gate)};`),
    '}',
    ...gates.map((gate) => `r${gate} = ${total(`w${gate}`)};`),
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
  const ranges = gateRanges(cell);
  const state = (index: number, slot: string): string =>
    operands.element('states', index, slot, 'row', 'unit');
  const addParts = (gates: readonly number[]): string[] => [
    'for (var other = 1; other < u.slices; other++) {',
    `  let at = (other - 1) * ${gates.length} * u.units + unit;`,
    ...gates.map((gate, index) => `  r${gate} += partials[at + ${index} * u.units];`),
    '}',
  ];
  return `${helpers}${format.helpers}
var<workgroup> first: array<${format.type}, ${workgroup.lanes}>;
${cell.inner ? `var<workgroup> values: array<${format.type}, ${workgroup.lanes}>;\n` : ''}var<workgroup> partials: array<f32, ${workgroup.lanes * Math.max(ranges.outer.length, ranges.inner.length)}>;
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
${cell.inner ? `  values[lane] = ${format.zero};\n` : ''}  workgroupBarrier();
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
${shareProduct(ranges.outer, 'first', operands, format)}
    }
    workgroupBarrier();
${cell.inner ? innerPhase(cell, addParts(ranges.outer), shareProduct(ranges.inner, 'values', operands, format), format) : ''}    if (owns) {
      if (runs) {
${indented(addParts(cell.inner ? ranges.inner : ranges.outer), '        ')}
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

/** The part of a product that an invocation computes, and puts where the one that owns the unit finds it. */
function shareProduct(
  gates: readonly number[],
  left: string,
  operands: Operands,
  format: FactorFormat,
): string {
  return `${indented(multiply(gates, left, operands, format), '      ')}
      if (!owns && slice < u.slices) {
        let at = (slice - 1) * ${gates.length} * u.units + unit;
${indented(
  gates.map((gate, index) => `partials[at + ${index} * u.units] = r${gate};`),
  '        ',
)}
      }`;
}

/** What lies between the two products of a step: the values of all units, and the second one. */
function innerPhase(
  cell: CellProgram,
  addParts: readonly string[],
  share: string,
  format: FactorFormat,
): string {
  return `    if (owns && runs) {
${indented([...addParts, ...innerText(cell, (value) => `values[unit] = ${format.rounded(value)};`)], '      ')}
    }
    workgroupBarrier();
    if (runs) {
${share}
    }
    workgroupBarrier();
`;
}

/** More units than invocations: each takes several, and the first states before and after a step lie side by side as factors. */
function looped(cell: CellProgram, operands: Operands, workgroup: Workgroup, format: FactorFormat): string {
  const { gates: G, states: S } = cell;
  const { helpers, statements } = forwardText(cell, true);
  const ranges = gateRanges(cell);
  const { lanes, capacity } = workgroup;
  const state = (index: number, slot: string): string =>
    operands.element('states', index, slot, 'row', 'unit');
  const overUnits = (lines: readonly string[], indent: string): string =>
    indented(
      [`for (var unit = lane; unit < u.units; unit += ${lanes}) {`, indented(lines, '  '), '}'],
      indent,
    );
  const load = [
    ...loadInputs(cell, operands),
    ...loadParameters(cell, operands),
    ...each(G, (gate) => `var r${gate} = 0f;`),
    'let begin = 0;',
    'let end = u.fours;',
  ];
  const before = each(S, (index) => `let s${index} = ${state(index, '(time + u.before)')};`);
  const product = (gate: number): string => operands.element('products', 'time', 'row', gate, 'unit');
  // With a second product, the first one waits among the products that are kept.
  const values = cell.inner
    ? `    if (runs) {
${overUnits(
  [
    ...before,
    ...load,
    ...multiply(ranges.outer, 'first', operands, format, 'old + '),
    ...ranges.outer.map((gate) => `${product(gate)} = r${gate};`),
    ...innerText(cell, (value) => `first[${2 * capacity} + unit] = ${format.rounded(value)};`),
  ],
  '      ',
)}
    }
    workgroupBarrier();
`
    : '';
  const compute = cell.inner
    ? [
        ...ranges.outer.map((gate) => `r${gate} = ${product(gate)};`),
        ...multiply(ranges.inner, 'first', operands, format, `${2 * capacity} + `),
        ...ranges.inner.map((gate) => `${product(gate)} = r${gate};`),
      ]
    : [
        ...multiply(ranges.outer, 'first', operands, format, 'old + '),
        ...storeProducts(cell, operands, (gate) => `r${gate}`),
      ];
  return `${helpers}${format.helpers}
var<workgroup> first: array<${format.type}, ${(cell.inner ? 3 : 2) * capacity}>;
${main(
  workgroup,
  `  let length = ${lengthOf(operands)};
  var time = u.first;
${overUnits([`first[unit] = ${format.rounded(state(0, '(time + u.before)'))};`], '  ')}
  if (lane < 4 * u.fours - u.units) {
    first[u.units + lane] = ${format.zero};
    first[${capacity} + u.units + lane] = ${format.zero};
${cell.inner ? `    first[${2 * capacity} + u.units + lane] = ${format.zero};\n` : ''}  }
  workgroupBarrier();
  var old = 0;
  for (var count = 0; count < u.steps; count++) {
    let runs = time < length;
    let young = ${capacity} - old;
${values}${overUnits(
  [
    ...before,
    'if (runs) {',
    indented(
      [
        ...load,
        ...compute,
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
