import {
  type Expr,
  expr,
  type Kernels,
  type MapProgram,
  memo,
  nestOf,
  positionStrides,
  positionsNeeded,
  sizeOf,
  type View,
} from '@ostinato/kernel';
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { named, numbered } from './numbered.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { distance, type Operand, Operands } from './operands.js';
import { type ElementCode, runElements } from './run.js';
import { indented } from './text.js';

/** Runs a program at every position, on views in no more storages than a shader may bind. One invocation for each position. */
export function dispatchMap(
  context: KernelContext,
  ...[program, inputs, scalars, outs]: Parameters<Kernels['map']>
): void {
  const { shape } = outs[0]!;
  const count = sizeOf(shape);
  if (count === 0) return;
  const views = [...inputs, ...outs];
  // Neighbours write neighbours: positions may be walked in any order.
  const order = denseOrder(outs[0]!);
  const nest = nestOf(
    order.map((axis) => shape[axis]!),
    [...views.map(({ strides }) => strides), ...positionStrides(program, shape)].map((own) =>
      order.map((axis) => own[axis]!),
    ),
  );
  const loops = new Loops('axis', nest.lengths);
  const operands: Record<string, Operand> = {};
  const inputNames = numbered('input', inputs.length);
  const outputNames = numbered('output', outs.length);
  for (const [index, view] of views.entries()) {
    const isInput = index < inputs.length;
    const name = isInput ? inputNames[index]! : outputNames[index - inputs.length]!;
    const strides = nest.strides[index]!;
    operands[name] = { view, axes: loops.axes, strides, write: !isInput, elements: 'u32' };
  }
  const numbers = loops.numbers;
  for (const [index, name] of positionNames(program).entries()) {
    Object.assign(numbers, loops.strides(name, nest.strides[views.length + index]!));
  }
  runElements(
    context,
    {
      label: 'map',
      key: program.key,
      operands: new Operands(operands),
      numbers,
      floats: named('scalar', scalars),
      code: (all) => mapCode(program, inputs, outs, all, loops),
    },
    count,
  );
}

/** The names of what a program wants to know of positions, in the order of `positionStrides`. */
export function positionNames(program: MapProgram): string[] {
  const { rowMajor, axes } = positionsNeeded(program);
  return [...(rowMajor ? ['position'] : []), ...axes.map(coordinateName)];
}

/** The name of the position along an axis. */
export const coordinateName = (axis: number): string => `coordinate${axis}`;

/** The axes from the one along which a view moves farthest to the one along which it moves least. */
export function denseOrder({ shape, strides }: View): number[] {
  return shape.map((_, axis) => axis).sort((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!));
}

/** Inputs that a program looks at. */
export const usedInputs = memo((program: MapProgram): ReadonlySet<number> => {
  const inputs = expr.topological(program.outputs).filter((node) => node.kind === 'input');
  return new Set(inputs.map(({ index }) => index));
});

function mapCode(
  program: MapProgram,
  inputs: readonly View[],
  outs: readonly View[],
  operands: Operands,
  loops: Loops,
): ElementCode {
  const walked = (name: string): string => distance(name, loops.axes, loops.axes);
  const printed = printProgram(program.outputs, {
    input: (index) => `x${index}`,
    scalar: (index) => `u.scalar${index}`,
    coordinate: (axis) => `f32(${walked(coordinateName(axis))})`,
    position: 'position',
  });
  const loads = [...usedInputs(program)]
    .sort((a, b) => a - b)
    .flatMap((index) => [
      `let bits${index} = ${operands.element(`input${index}`, ...loops.axes)};`,
      `let x${index} = ${fromBits(`bits${index}`, inputs[index]!)};`,
    ]);
  // Everything is read before anything is written: outputs may be the very views that inputs are.
  const stores = outs.map((view, index) => {
    const bits = copiedBits(program.outputs[index]!, inputs, view) ?? toBits(printed.results[index]!, view);
    return `${operands.element(`output${index}`, ...loops.axes)} = ${bits};`;
  });
  const body = [
    ...loops.coordinates('index'),
    ...loads,
    ...(positionsNeeded(program).rowMajor ? [`let position = u32(${walked('position')});`] : []),
    ...printed.statements,
    ...stores,
  ];
  return {
    module: helperText([...printed.helperNames, ...toBitsHelpers(outs)]),
    body: indented(body, '  '),
  };
}

/** Inputs that are only copied keep all their bits. */
function copiedBits(output: Expr, inputs: readonly View[], out: View): string | undefined {
  const isCopy = output.kind === 'input' && inputs[output.index]!.dtype === out.dtype;
  return isCopy ? `bits${output.index}` : undefined;
}
