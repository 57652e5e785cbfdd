import {
  type Expr,
  expr,
  type Kernels,
  type MapProgram,
  memo,
  type Nest,
  nestOf,
  positionStrides,
  positionsNeeded,
  sizeOf,
  type View,
} from '@ostinato/kernel';
import { floatBits, spread } from '../device/recorder.js';
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import type { KernelContext } from './context.js';
import {
  type BoundViews,
  bindViews,
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

/** Runs a program at every position, on views in no more storages than a shader may bind. One invocation for each position. */
export function dispatchMap(
  { recorder }: KernelContext,
  ...[program, inputs, scalars, outs]: Parameters<Kernels['map']>
): void {
  const { shape } = outs[0]!;
  const count = sizeOf(shape);
  if (count === 0) return;
  const views = [...inputs, ...outs];
  const positions = positionStrides(program, shape);
  // Neighbours write neighbours: positions may be walked in any order.
  const order = denseOrder(outs[0]!);
  const nest = nestOf(
    order.map((axis) => shape[axis]!),
    [...views.map(({ strides }) => strides), ...positions].map((own) => order.map((axis) => own[axis]!)),
  );
  const levels = nest.lengths.length;
  const bound = bindViews(inputs, outs);
  recorder.dispatch({
    label: 'map',
    key: `map ${program.key} ${levels} ${bound.key}`,
    code: () => mapShader(program, inputs, outs, bound, levels),
    buffers: bound.buffers,
    words: mapWords(count, nest, views, scalars),
    groups: spread(Math.ceil(count / workgroupSize)),
  });
}

/** The axes from the one along which a view moves farthest to the one along which it moves least. */
export function denseOrder({ shape, strides }: View): number[] {
  return shape.map((_, axis) => axis).sort((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!));
}

/** Inputs that a program looks at. */
export const usedInputs = memo((program: MapProgram): ReadonlySet<number> => {
  const inputs = expr.topological(program.outputs).filter((node) => node.kind === 'input');
  return new Set(inputs.map(({ index }) => index));
});

function mapWords(count: number, nest: Nest, views: readonly View[], scalars: readonly number[]): number[] {
  const words = [count, ...nest.lengths];
  for (const [operand, strides] of nest.strides.entries()) {
    words.push(views[operand]?.offset ?? 0, ...strides);
  }
  for (const scalar of scalars) words.push(floatBits(scalar));
  return words;
}

function mapShader(
  program: MapProgram,
  inputs: readonly View[],
  outs: readonly View[],
  { buffers, places }: BoundViews,
  levels: number,
): string {
  const { rowMajor, axes } = positionsNeeded(program);
  const operands = inputs.length + outs.length + axes.length + (rowMajor ? 1 : 0);
  const firstOperand = 1 + levels;
  const firstScalar = firstOperand + operands * (1 + levels);
  const at = (operand: number): string => {
    const first = firstOperand + operand * (1 + levels);
    return `${signedWord(first)} + ${reach('c', first + 1, levels)}`;
  };
  const firstPosition = inputs.length + outs.length;
  const firstAxis = firstPosition + (rowMajor ? 1 : 0);
  const printed = printProgram(program.outputs, {
    input: (index) => `x${index}`,
    scalar: (index) => floatWord(firstScalar + index),
    coordinate: (axis) => `f32(${at(firstAxis + axes.indexOf(axis))})`,
    position: 'position',
  });
  const loads = [...usedInputs(program)]
    .sort((a, b) => a - b)
    .map((index) => {
      const view = inputs[index]!;
      return `let bits${index} = b${places[index]}[${at(index)}];\n  let x${index} = ${fromBits(`bits${index}`, view)};`;
    });
  // Everything is read before anything is written: outputs may be the very views that inputs are.
  const stores = outs.map((view, index) => {
    const operand = inputs.length + index;
    const bits = copiedBits(program.outputs[index]!, inputs, view) ?? toBits(printed.results[index]!, view);
    return `b${places[operand]}[${at(operand)}] = ${bits};`;
  });
  const body = [
    ...coordinates('c', 'index', 1, levels),
    ...loads,
    ...(rowMajor ? [`let position = u32(${at(firstPosition)});`] : []),
    ...printed.statements,
    ...stores,
  ];
  return `${declarations(firstScalar + program.scalars, buffers)}
${helperText([...printed.helperNames, ...toBitsHelpers(outs)])}
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = id.y * groups.x * ${workgroupSize}u + id.x;
  if (index >= ${word(0)}) { return; }
  ${body.join('\n  ')}
}
`;
}

/** Inputs that are only copied keep all their bits. */
function copiedBits(output: Expr, inputs: readonly View[], out: View): string | undefined {
  const isCopy = output.kind === 'input' && inputs[output.index]!.dtype === out.dtype;
  return isCopy ? `bits${output.index}` : undefined;
}
