import { type MapProgram, positionsNeeded, type ReduceOp, type View } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import { combineHelpers, neutral, ofBoth } from './combine.js';
import { coordinateName, positionNames, usedInputs } from './dispatch-map.js';
import type { Loops } from './loops.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { distance, type Operands } from './operands.js';
import { declareTeam, findTeam, type Team } from './team.js';
import { indented } from './text.js';

/** Loops over the axes that are kept, and over those that are reduced. Operands and positions have the axes of both. */
export interface ReduceLoops {
  readonly kept: Loops;
  readonly reduced: Loops;
}

/**
 * A reduction in which each workgroup finds some results, or its share of them: every invocation runs over some of the numbers of one
 * result, then the invocations of a result put theirs together. Which and how many is said by uniforms.
 */
export function reduceShader(
  op: ReduceOp,
  program: MapProgram,
  inputs: readonly View[],
  out: View,
  operands: Operands,
  { kept, reduced }: ReduceLoops,
  team: Team,
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
    `part = ${ofBoth[op]('part', printed.results[0]!)};`,
  ];
  return `${helperText([...printed.helperNames, ...combineHelpers[op], ...toBitsHelpers([out])])}

${declareTeam(team, { combine: op })}

@compute @workgroup_size(${team.size})
fn main(@builtin(local_invocation_index) invocation: u32, @builtin(workgroup_id) id: vec3<u32>) {
${indented(findTeam(team, 'invocation', 'i32(id.y) * u.groupsAcross + i32(id.x)'), '  ')}
  let isResult = team < u.results;
  var total = ${neutral[op]};
  var place = 0;
  if (isResult) {
${indented([...kept.coordinates('team'), `place = ${operands.place('output', ...kept.axes)};`, ...starts], '    ')}
    let begin = i32(id.z) * u.chunk;
    let end = min(begin + u.chunk, u.numbers);
    var at = begin + lane;
    // Parts of 32 numbers: one running total of very many would lose digits.
    while (at < end) {
      let stop = min(end, at + 32 * lanes);
      var part = ${neutral[op]};
      while (at < stop) {
${indented(each, '        ')}
        at += lanes;
      }
      total = ${ofBoth[op]('total', 'part')};
    }
  }
  let combined = combine(local, lane, total);
  if (isResult && lane == 0) {
    ${operands.elementAt('output', 'place + i32(id.z) * u.results')} = ${toBits('combined', out)};
  }
}
`;
}
