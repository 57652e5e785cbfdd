import {
  ELEMENT_BYTES,
  expandView,
  identity,
  type Kernels,
  type MapProgram,
  type Nest,
  nestOf,
  positionStrides,
  type ReduceOp,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import { denseOrder, positionNames } from './dispatch-map.js';
import { withFewStorages } from './few-storages.js';
import { Loops } from './loops.js';
import { named, numbered } from './numbered.js';
import { type Operand, Operands } from './operands.js';
import { reduceShader } from './reduce-shader.js';
import { run } from './run.js';
import { withScratch } from './scratch.js';
import { type Team, teamDirectives, teamNumbers, teamOfSubgroup } from './team.js';

/** How the invocations of workgroups share a reduction. */
interface Plan {
  /** The invocations for one result, each for some of its numbers. */
  readonly team: Team;
  /** Workgroups that share a result. */
  readonly splits: number;
}

/** Invocations of a workgroup. */
const size = 256;
/** Numbers that an invocation adds up at least, before others share its work. */
const enough = 4;
/** The same, before other workgroups do: that takes a second run, over what each of them found. */
const enoughToSplit = 64;
/** Workgroups that keep a large GPU busy. */
const busy = 256;
/** Numbers of a result that a subgroup takes by itself. */
const fewForSubgroup = { from: 32, to: 1024 };

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));

/** @param along whether the inputs lie more densely along the reduced axes than along those that are kept */
function planOf(results: number, numbers: number, along: boolean, device: GPUDevice): Plan {
  // Invocations that take neighbouring results read whole cache lines with 32 of them.
  const least = along ? 1 : Math.min(32, powerOfTwo(results));
  const depth = Math.min(powerOfTwo(numbers / enough), size / least);
  const width = size / depth;
  if (least === 1 && device.features.has('subgroups')) {
    const { from, to } = fewForSubgroup;
    if (results >= busy && numbers >= from && numbers <= to)
      return { team: teamOfSubgroup(device), splits: 1 };
    if (width === 1) return split({ kind: 'workgroup', size, width, along }, results, numbers);
  }
  return split({ kind: depth === 1 ? 'alone' : 'tree', size, width, along }, results, numbers);
}

function split(team: Team, results: number, numbers: number): Plan {
  const groups = Math.ceil(results / team.width);
  const each = (numbers * team.width) / size;
  const splits =
    each > enoughToSplit && groups < busy
      ? Math.min(Math.ceil(each / (enoughToSplit / 2)), Math.ceil(busy / groups))
      : 1;
  return { team, splits };
}

/** Reduces what a program makes of each position; see `Kernels.reduce`. The order of additions depends on shapes and strides only. */
export function reduce(
  context: KernelContext,
  ...[op, program, inputs, scalars, axes, out]: Parameters<Kernels['reduce']>
): void {
  if (sizeOf(out.shape) === 0) return;
  withFewStorages(context, inputs, [out], (near, [nearOut]) => {
    dispatchReduce(context, op, program, near, scalars, axes, nearOut!);
  });
}

function dispatchReduce(
  context: KernelContext,
  op: ReduceOp,
  program: MapProgram,
  inputs: readonly View[],
  scalars: readonly number[],
  axes: readonly number[],
  out: View,
): void {
  const { shape } = inputs[0]!;
  const positions = positionStrides(program, shape);
  const order = denseOrder(inputs[0]!);
  const isReduced = (axis: number): boolean => axes.includes(axis);
  const outStrides = out.strides.map((stride, axis) => (isReduced(axis) ? 0 : stride));
  const nestOver = (chosen: readonly number[], result: readonly number[]): Nest =>
    nestOf(
      chosen.map((axis) => shape[axis]!),
      [...inputs.map(({ strides }) => strides), result, ...positions].map((own) =>
        chosen.map((axis) => own[axis]!),
      ),
    );
  const keptAxes = order.filter((axis) => !isReduced(axis));
  const reduced = nestOver(order.filter(isReduced), outStrides);
  const numbers = reduced.lengths.reduce((product, length) => product * length, 1);
  const results = sizeOf(out.shape);
  const plan = planOf(
    results,
    numbers,
    isDenser(reduced, nestOver(keptAxes, outStrides), inputs.length),
    context.device,
  );
  const run = (to: View): void => {
    const strides = to.strides.map((stride, axis) => (isReduced(axis) ? 0 : stride));
    dispatchPlan(
      context,
      { op, program, inputs, scalars, out: to },
      nestOver(keptAxes, strides),
      reduced,
      plan,
    );
  };
  if (plan.splits === 1) {
    run(out);
    return;
  }
  withScratch(context, (scratch) => {
    const storage = scratch(plan.splits * results * ELEMENT_BYTES);
    run(viewOf(storage, out.shape));
    const parts = viewOf(storage, [plan.splits, ...out.shape]);
    dispatchReduce(context, op, identity, [parts], [], [0], expandView(out, 0));
  });
}

/** Whether more of the operands are read without gaps along the innermost loop of one nest than along that of another. */
function isDenser(one: Nest, other: Nest, operands: number): boolean {
  const dense = ({ lengths, strides }: Nest): number => {
    if (lengths.at(-1) === 1) return -1;
    return strides.slice(0, operands).filter((own) => Math.abs(own.at(-1)!) <= 1).length;
  };
  return dense(one) >= dense(other);
}

function dispatchPlan(
  context: KernelContext,
  call: { op: ReduceOp; program: MapProgram; inputs: readonly View[]; scalars: readonly number[]; out: View },
  keptNest: Nest,
  reducedNest: Nest,
  { team, splits }: Plan,
): void {
  const { op, program, inputs, scalars, out } = call;
  const results = keptNest.lengths.reduce((product, length) => product * length, 1);
  const count = reducedNest.lengths.reduce((product, length) => product * length, 1);
  const kept = new Loops('kept', keptNest.lengths);
  const reduced = new Loops('reduced', reducedNest.lengths);
  const axes = [...kept.axes, ...reduced.axes];
  const stridesOf = (operand: number): number[] => [
    ...keptNest.strides[operand]!,
    ...reducedNest.strides[operand]!,
  ];
  const operands: Record<string, Operand> = {};
  for (const [index, name] of numbered('input', inputs.length).entries()) {
    operands[name] = { view: inputs[index]!, axes, strides: stridesOf(index), elements: 'u32' };
  }
  const strides = stridesOf(inputs.length);
  operands.output = { view: out, axes, strides, write: true, elements: 'u32' };
  const groups = spread(Math.ceil(results / team.width));
  const numbers: Record<string, number> = {
    results,
    numbers: count,
    chunk: Math.ceil(count / splits),
    groupsAcross: groups[0],
    ...teamNumbers(team),
    ...kept.numbers,
    ...reduced.numbers,
  };
  for (const [index, name] of positionNames(program).entries()) {
    const operand = inputs.length + 1 + index;
    Object.assign(numbers, kept.strides(name, keptNest.strides[operand]!));
    Object.assign(numbers, reduced.strides(name, reducedNest.strides[operand]!));
  }
  run(
    context,
    {
      label: 'reduce',
      key: `${op} ${program.key} ${kept.axes.length} ${reduced.axes.length} ${team.kind}`,
      directives: teamDirectives(team),
      operands: new Operands(operands),
      numbers,
      floats: named('scalar', scalars),
      code: (all) => reduceShader(op, program, inputs, out, all, { kept, reduced }, team),
    },
    [...groups, splits],
  );
}
