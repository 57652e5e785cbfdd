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
import { helperText } from '../wgsl/helpers.js';
import { printProgram } from '../wgsl/print.js';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { named, numbered } from './numbered.js';
import { fromBits, toBits, toBitsHelpers } from './numbers.js';
import { distance, type Operand, Operands } from './operands.js';
import { type ElementCode, runElements } from './run.js';
import { indented } from './text.js';

/** Positions from which an invocation takes four at once: with fewer, each had better have an invocation of its own. */
const many = 2 ** 14;

/** Runs a program at every position, on views in no more storages than a shader may bind. */
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
  const fours = count >= many && areFours(nest, views);
  const loops = new Loops('axis', fours ? [count / 4] : nest.lengths);
  const operands: Record<string, Operand> = {};
  const inputNames = numbered('input', inputs.length);
  const outputNames = numbered('output', outs.length);
  for (const [index, view] of views.entries()) {
    const isInput = index < inputs.length;
    const name = isInput ? inputNames[index]! : outputNames[index - inputs.length]!;
    operands[name] = {
      view: fours ? { ...view, offset: view.offset / 4 } : view,
      axes: loops.axes,
      strides: nest.strides[index]!,
      write: !isInput,
      elements: fours ? 'vec4<u32>' : 'u32',
    };
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
      code: (all) => mapCode(program, inputs, outs, all, loops, fours ? ['.x', '.y', '.z', '.w'] : ['']),
    },
    fours ? count / 4 : count,
  );
}

/** Whether all views can be taken for vectors of four numbers, which lie one behind the other. */
function areFours({ lengths, strides }: Nest, views: readonly View[]): boolean {
  // Behind the strides of the views come those of positions, of which each number has its own.
  if (lengths.length > 1 || lengths[0]! % 4 !== 0 || strides.length > views.length) return false;
  return views.every(({ offset }, index) => offset % 4 === 0 && strides[index]![0] === 1);
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

/** @param parts how those numbers of an element are spelled that an invocation takes */
function mapCode(
  program: MapProgram,
  inputs: readonly View[],
  outs: readonly View[],
  operands: Operands,
  loops: Loops,
  parts: readonly string[],
): ElementCode {
  const walked = (name: string): string => distance(name, loops.axes, loops.axes);
  const used = [...usedInputs(program)].sort((a, b) => a - b);
  const printed = parts.map((_, part) =>
    printProgram(
      program.outputs,
      {
        input: (index) => `x${index}_${part}`,
        scalar: (index) => `u.scalar${index}`,
        coordinate: (axis) => `f32(${walked(coordinateName(axis))})`,
        position: 'position',
      },
      `v${part}_`,
    ),
  );
  const statements = parts.flatMap((spelling, part) => [
    ...used.map((index) => `let x${index}_${part} = ${fromBits(`bits${index}${spelling}`, inputs[index]!)};`),
    ...printed[part]!.statements,
  ]);
  const stores = outs.map((view, index) => {
    const results = parts.map(
      (spelling, part) =>
        copiedBits(program.outputs[index]!, inputs, view, spelling) ??
        toBits(printed[part]!.results[index]!, view),
    );
    const bits = results.length === 1 ? results[0] : `vec4<u32>(${results.join(', ')})`;
    return `${operands.element(`output${index}`, ...loops.axes)} = ${bits};`;
  });
  // Everything is read before anything is written: outputs may be the very views that inputs are.
  const body = [
    ...loops.coordinates('index'),
    ...used.map((index) => `let bits${index} = ${operands.element(`input${index}`, ...loops.axes)};`),
    ...(positionsNeeded(program).rowMajor ? [`let position = u32(${walked('position')});`] : []),
    ...statements,
    ...stores,
  ];
  return {
    module: helperText([...printed[0]!.helperNames, ...toBitsHelpers(outs)]),
    body: indented(body, '  '),
  };
}

/** Inputs that are only copied keep all their bits. */
function copiedBits(output: Expr, inputs: readonly View[], out: View, spelling: string): string | undefined {
  const isCopy = output.kind === 'input' && inputs[output.index]!.dtype === out.dtype;
  return isCopy ? `bits${output.index}${spelling}` : undefined;
}
