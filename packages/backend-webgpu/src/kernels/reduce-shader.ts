import { type MapProgram, positionsNeeded, type ReduceOp, type View } from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import { usedInputs } from './dispatch-map.js';
import {
  type BoundViews,
  coordinates,
  declarations,
  floatWord,
  fromBits,
  reach,
  signedWord,
  toBits,
  toBitsHelpers,
  word,
  workgroupSize,
} from './shader.js';

/** Loops over the axes that are kept, and over those that are reduced. */
interface Levels {
  readonly kept: number;
  readonly reduced: number;
}

/** The words of the uniforms; behind them the lengths of loops, for each operand its offset and strides, then the scalars. */
const words = { results: 0, numbers: 1, width: 2, depth: 3, acrossStep: 4, alongStep: 5, chunk: 6 };
const firstLength = 7;

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
  { buffers, places }: BoundViews,
  levels: Levels,
): string {
  const { rowMajor, axes } = positionsNeeded(program);
  const outOperand = inputs.length;
  const firstPosition = outOperand + 1;
  const firstAxis = firstPosition + (rowMajor ? 1 : 0);
  const operands = firstAxis + axes.length;
  const firstOperand = firstLength + levels.kept + levels.reduced;
  const perOperand = 1 + levels.kept + levels.reduced;
  const firstScalar = firstOperand + operands * perOperand;
  const base = (operand: number): string => {
    const first = firstOperand + operand * perOperand;
    return `${signedWord(first)} + ${reach('k', first + 1, levels.kept)}`;
  };
  const used = [...usedInputs(program)].sort((a, b) => a - b);
  const walked = [...used, ...range(firstPosition, operands)];
  const moved = (operand: number): string =>
    `base${operand} + ${reach('c', firstOperand + operand * perOperand + 1 + levels.kept, levels.reduced)}`;
  const printed = printProgram(program.outputs, {
    input: (index) => `x${index}`,
    scalar: (index) => floatWord(firstScalar + index),
    coordinate: (axis) => `f32(${moved(firstAxis + axes.indexOf(axis))})`,
    position: 'position',
  });
  const body = [
    ...coordinates('c', 'p', firstLength + levels.kept, levels.reduced),
    ...used.map((index) => {
      const view = inputs[index]!;
      return `let x${index} = ${fromBits(`b${places[index]}[${moved(index)}]`, view)};`;
    }),
    ...(rowMajor ? [`let position = u32(${moved(firstPosition)});`] : []),
    ...printed.statements,
    `part = ${combined[op]('part', printed.results[0]!)};`,
  ];
  return `${declarations(firstScalar + program.scalars, buffers)}
var<workgroup> shares: array<f32, ${workgroupSize}>;
${helperText([...printed.helperNames, ...helpers[op], ...toBitsHelpers([out])])}
@compute @workgroup_size(${workgroupSize})
fn main(
  @builtin(local_invocation_index) id: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let across = (id / ${word(words.acrossStep)}) % ${word(words.width)};
  let along = (id / ${word(words.alongStep)}) % ${word(words.depth)};
  let result = (group.y * groups.x + group.x) * ${word(words.width)} + across;
  let isResult = result < ${word(words.results)};
  var total = ${neutral[op]};
  var at = 0;
  if (isResult) {
    ${coordinates('k', 'result', firstLength, levels.kept).join('\n    ')}
    at = ${base(outOperand)};
    ${walked.map((operand) => `let base${operand} = ${base(operand)};`).join('\n    ')}
    let end = min((group.z + 1u) * ${word(words.chunk)}, ${word(words.numbers)});
    var p = group.z * ${word(words.chunk)} + along;
    // Parts of 32 numbers: one running total of very many would lose digits.
    while (p < end) {
      let stop = min(end, p + 32u * ${word(words.depth)});
      var part = ${neutral[op]};
      while (p < stop) {
        ${body.join('\n        ')}
        p += ${word(words.depth)};
      }
      total = ${combined[op]('total', 'part')};
    }
  }
  shares[id] = total;
  workgroupBarrier();
  for (var half = ${word(words.depth)} / 2u; half > 0u; half /= 2u) {
    if (along < half) {
      shares[id] = ${combined[op]('shares[id]', `shares[id + half * ${word(words.alongStep)}]`)};
    }
    workgroupBarrier();
  }
  if (isResult && along == 0u) {
    b${places[outOperand]}[at + i32(group.z * ${word(words.results)})] = ${toBits('shares[id]', out)};
  }
}
`;
}

function range(begin: number, end: number): number[] {
  return Array.from({ length: end - begin }, (_, index) => begin + index);
}
