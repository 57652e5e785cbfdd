import { type MapProgram, positionsNeeded, type ReduceOp, type View } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import { coordinateName, positionNames, usedInputs } from './dispatch-map.js';
import type { Loops } from './loops.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { distance, type Operands } from './operands.js';
import { indented } from './text.js';

/** Invocations of a workgroup. */
export const reduceLanes = 256;

/** Loops over the axes that are kept, and over those that are reduced. Operands and positions have the axes of both. */
export interface ReduceLoops {
  readonly kept: Loops;
  readonly reduced: Loops;
}

const neutral: Record<ReduceOp, string> = {
  sum: '0f',
  max: 'fromBits(0xff800000u)',
  min: 'fromBits(0x7f800000u)',
};
const combined: Record<ReduceOp, (a: string, b: string) => string> = {
  sum: (a, b) => `${a} + ${b}`,
  max: (a, b) => `largerOf(${a}, ${b})`,
  min: (a, b) => `smallerOf(${a}, ${b})`,
};
const helpers = { sum: [], max: ['fromBits', 'largerOf'], min: ['fromBits', 'smallerOf'] } as const;

/**
 * A reduction in which each workgroup finds some results, or its share of them: every invocation runs over some of the numbers of one
 * result, then the invocations of a result put theirs together in a tree. Which and how many is said by uniforms.
 */
export function reduceShader(
  op: ReduceOp,
  program: MapProgram,
  inputs: readonly View[],
  out: View,
  operands: Operands,
  { kept, reduced }: ReduceLoops,
): string {
  const used = [...usedInputs(program)].sort((a, b) => a - b);
  const positions = positionNames(program);
  // Where the numbers of a result begin is found once; the way from there is that along the reduced axes.
  const starts = [
    ...used.map((index) => `let start${index} = ${operands.place(`input${index}`, ...kept.axes)};`),
    ...positions.map((name) => `let ${name}Start = ${distance(name, kept.axes, kept.axes)};`),
  ];
  const onward = (name: string): string => distance(name, reduced.axes, reduced.axes);
  const position = (name: string): string => `${name}Start + ${onward(name)}`;
  const printed = printProgram(program.outputs, {
    input: (index) => `x${index}`,
    scalar: (index) => `u.scalar${index}`,
    coordinate: (axis) => `f32(${position(coordinateName(axis))})`,
    position: 'position',
  });
  const each = [
    ...reduced.coordinates('at'),
    ...used.map((index) => {
      const name = `input${index}`;
      const bits = operands.elementAt(name, `start${index} + ${onward(name)}`);
      return `let x${index} = ${fromBits(bits, inputs[index]!)};`;
    }),
    ...(positionsNeeded(program).rowMajor ? [`let position = u32(${position('position')});`] : []),
    ...printed.statements,
    `part = ${combined[op]('part', printed.results[0]!)};`,
  ];
  return `var<workgroup> shares: array<f32, ${reduceLanes}>;
${helperText([...printed.helperNames, ...helpers[op], ...toBitsHelpers([out])])}
@compute @workgroup_size(${reduceLanes})
fn main(@builtin(local_invocation_index) invocation: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let lane = i32(invocation);
  let across = (lane / u.acrossStep) % u.width;
  let along = (lane / u.alongStep) % u.depth;
  let result = (i32(group.y) * u.groupsAcross + i32(group.x)) * u.width + across;
  let isResult = result < u.results;
  var total = ${neutral[op]};
  var place = 0;
  if (isResult) {
${indented([...kept.coordinates('result'), `place = ${operands.place('output', ...kept.axes)};`, ...starts], '    ')}
    let begin = i32(group.z) * u.chunk;
    let end = min(begin + u.chunk, u.numbers);
    var at = begin + along;
    // Parts of 32 numbers: one running total of very many would lose digits.
    while (at < end) {
      let stop = min(end, at + 32 * u.depth);
      var part = ${neutral[op]};
      while (at < stop) {
${indented(each, '        ')}
        at += u.depth;
      }
      total = ${combined[op]('total', 'part')};
    }
  }
  shares[lane] = total;
  workgroupBarrier();
  for (var half = u.depth / 2; half > 0; half /= 2) {
    if (along < half) {
      shares[lane] = ${combined[op]('shares[lane]', 'shares[lane + half * u.alongStep]')};
    }
    workgroupBarrier();
  }
  if (isResult && along == 0) {
    ${operands.elementAt('output', 'place + i32(group.z) * u.results')} = ${toBits('shares[lane]', out)};
  }
}
`;
}
