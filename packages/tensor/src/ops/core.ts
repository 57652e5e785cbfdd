import {
  broadcastShapes,
  broadcastView,
  contiguousStrides,
  type DType,
  formatShape,
  identity,
  isContiguous,
  type MapProgram,
  type ReduceOp,
  reshapeView,
  ShapeError,
  sameShape,
  sizeOf,
} from '@ostinato/kernel';
import { type Derivative, derivativesOfMap, derivativesOfReduce, keptReads } from '../derivative.js';
import { commonBackend, outputSlot, record } from '../record.js';
import { alias, allocate, type Tensor } from '../tensor.js';

/**
 * What all other operations are made of: a program at every position, the reduction of a program, and the same
 * numbers under another shape. The gradient of each is made of the same four functions, so gradients have gradients.
 */

/**
 * out = program(inputs, scalars) at each position of the broadcast shape.
 * @param options.shape the result's shape where the inputs do not tell it
 * @param options.dtype `f32` by default
 */
export function mapTensors(
  name: string,
  program: MapProgram,
  inputs: readonly Tensor[],
  scalars: readonly number[] = [],
  options: { shape?: readonly number[]; dtype?: DType } = {},
): Tensor {
  const backend = commonBackend(name, inputs);
  const shape = options.shape ?? broadcastShapes(name, ...inputs.map((input) => input.shape));
  const derivatives = derivativesOfMap(program);
  const kept = new Map<number, Tensor>();
  const node = record(name, inputs, (gradient) =>
    inputs.map((input, index) => {
      const derivative = input.slot && derivatives[index];
      return derivative && flow(name, derivative, kept, gradient!, shape, scalars, shapes[index]!);
    }),
  );
  const shapes = inputs.map((input) => input.shape);
  const out = allocate(backend, shape, options.dtype, outputSlot(node));
  backend.map(
    program,
    inputs.map((input) => broadcastView(input.view(name), shape, name)),
    scalars,
    [out.view()],
  );
  if (node) {
    for (const read of keptReads(derivatives, inputs)) {
      kept.set(read, read === inputs.length ? node.saveOutput(out) : node.save(inputs[read]!));
    }
  }
  return out;
}

/** One derivative, brought to the shape of the input that it belongs to. */
function flow(
  name: string,
  { program, reads, isGradient }: Derivative,
  kept: ReadonlyMap<number, Tensor>,
  gradient: Tensor,
  full: readonly number[],
  scalars: readonly number[],
  target: readonly number[],
): Tensor {
  const operands = reads.map((read) => kept.get(read) ?? gradient);
  if (sameShape(full, target)) {
    return isGradient
      ? broadcastTo(gradient, full)
      : mapTensors(`${name} backward`, program, operands, scalars, { shape: full });
  }
  const axes = repeatedAxes(full, target);
  return reduceTensors(`${name} backward`, 'sum', program, operands, scalars, axes, { full, shape: target });
}

/**
 * Reduces program(inputs, scalars) over `axes` (counted from the front). Only sums have a gradient.
 * @param options.full the shape before the reduction where the inputs do not tell it
 * @param options.shape the shape of the result; by default the reduced axes have length 1
 */
export function reduceTensors(
  name: string,
  op: ReduceOp,
  program: MapProgram,
  inputs: readonly Tensor[],
  scalars: readonly number[],
  axes: readonly number[],
  options: { full?: readonly number[]; shape?: readonly number[] } = {},
): Tensor {
  const backend = commonBackend(name, inputs);
  const full = options.full ?? broadcastShapes(name, ...inputs.map((input) => input.shape));
  const kept = full.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const derivatives = derivativesOfReduce(program);
  const saved = new Map<number, Tensor>();
  const shapes = inputs.map((input) => input.shape);
  const node =
    op === 'sum'
      ? record(name, inputs, (gradient) => {
          const wide = reshape(gradient!, kept);
          return inputs.map((input, index) => {
            const derivative = input.slot && derivatives[index];
            return derivative && flow(name, derivative, saved, wide, full, scalars, shapes[index]!);
          });
        })
      : undefined;
  const out = allocate(backend, options.shape ?? kept, 'f32', outputSlot(node));
  const strided = { ...out.view(), shape: kept, strides: contiguousStrides(kept) };
  backend.reduce(
    op,
    program,
    inputs.map((input) => broadcastView(input.view(name), full, name)),
    scalars,
    axes,
    strided,
  );
  if (node) for (const read of keptReads(derivatives, inputs)) saved.set(read, node.save(inputs[read]!));
  return out;
}

/** The same numbers as another type; whole numbers are cut towards zero. Gradients flow through floats only. */
export function cast(tensor: Tensor, dtype: DType): Tensor {
  return mapTensors('cast', identity, [tensor], [], { dtype });
}

/** Repeats a tensor to `shape` without copying (NumPy's rule). Throws ShapeError where it does not fit. */
export function broadcastTo(tensor: Tensor, shape: readonly number[]): Tensor {
  const from = tensor.shape;
  const node = record('broadcastTo', [tensor], (gradient) => [sumTo(gradient!, from)]);
  return alias(tensor, broadcastView(tensor.view('broadcastTo'), shape, 'broadcastTo'), outputSlot(node));
}

/** The sum over all axes along which `shape` would be repeated: the counterpart of `broadcastTo`. */
export function sumTo(tensor: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  return reduceTensors('sumTo', 'sum', identity, [tensor], [], repeatedAxes(tensor.shape, shape), { shape });
}

/** The axes of `full` along which a tensor of shape `part` is repeated. */
function repeatedAxes(full: readonly number[], part: readonly number[]): number[] {
  const shift = full.length - part.length;
  return full.flatMap((length, axis) =>
    axis < shift || (part[axis - shift] === 1 && length !== 1) ? [axis] : [],
  );
}

/**
 * The same numbers in the same order under another shape; one length may be -1 and follows from the others. Copies only
 * where strides force it.
 * @throws ShapeError when the numbers of elements differ
 */
export function reshape(tensor: Tensor, shape: readonly number[]): Tensor {
  const target = inferLength(tensor, shape);
  const from = tensor.shape;
  const view = tensor.view('reshape');
  const node = record('reshape', [tensor], (gradient) => [reshape(gradient!, from)]);
  const window = reshapeView(view, target);
  if (window) return alias(tensor, window, outputSlot(node));
  const out = allocate(tensor.backend, target, tensor.dtype, outputSlot(node));
  tensor.backend.map(
    identity,
    [view],
    [],
    [{ ...out.view(), shape: from, strides: contiguousStrides(from) }],
  );
  return out;
}

function inferLength(tensor: Tensor, shape: readonly number[]): number[] {
  const known = sizeOf(shape.filter((length) => length !== -1));
  const target = shape.map((length) => (length === -1 ? tensor.size / (known || 1) : length));
  const unknown = shape.length - shape.filter((length) => length !== -1).length;
  if (
    unknown > 1 ||
    sizeOf(target) !== tensor.size ||
    target.some((length) => !Number.isInteger(length) || length < 0)
  ) {
    throw new ShapeError(
      `reshape: ${formatShape(tensor.shape)} has ${tensor.size} elements and cannot become ${formatShape(shape)}` +
        (unknown > 1 ? '; only one length may be -1' : ''),
    );
  }
  return target;
}

/** The tensor itself where its numbers lie row by row, else a copy that does: what kernels with fixed layouts need. */
export function contiguous(tensor: Tensor): Tensor {
  if (isContiguous(tensor.view('contiguous'))) return tensor;
  const node = record('contiguous', [tensor], (gradient) => [gradient]);
  const out = allocate(tensor.backend, tensor.shape, tensor.dtype, outputSlot(node));
  tensor.backend.map(identity, [tensor.view()], [], [out.view()]);
  return out;
}
