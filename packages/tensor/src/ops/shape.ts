import {
  expandView,
  flipView,
  formatShape,
  identity,
  normalizeAxis,
  permuteView,
  ShapeError,
  sameShape,
  selectView,
  sliceView,
  type View,
} from '@ostinato/kernel';
import { full, zeros } from '../create.js';
import { commonBackend, outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { alias, allocate, type Tensor } from '../tensor.js';
import { reshape } from './core.js';

/** Another window on the same memory, with the gradient's way back. */
function windowed(name: string, source: Tensor, view: View, back: (gradient: Tensor) => Tensor): Tensor {
  const node = record(name, [source], (gradient) => [back(gradient!)]);
  return alias(source, view, outputSlot(node));
}

/** The axes in another order: `order[i]` is the old axis that becomes axis i; reversed by default. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const axes = (order ?? x.shape.map((_, axis) => x.rank - 1 - axis)).map((axis) =>
    normalizeAxis(axis, x.rank, 'transpose'),
  );
  if (new Set(axes).size !== x.rank) {
    throw new ShapeError(`transpose: order ${formatShape(axes)} must name each of the ${x.rank} axes once`);
  }
  const inverse = axes.map((_, axis) => axes.indexOf(axis));
  return windowed('transpose', x, permuteView(x.view('transpose'), axes), (g) => transpose(g, inverse));
}

/** Swaps two axes. */
export function swapAxes(x: Tensor, first: number, second: number): Tensor {
  const a = normalizeAxis(first, x.rank, 'swapAxes');
  const b = normalizeAxis(second, x.rank, 'swapAxes');
  return transpose(
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  );
}

/** A new axis of length 1 in front of `axis`; -1 puts it at the end. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const position = normalizeAxis(axis, x.rank + 1, 'expandDims');
  return windowed('expandDims', x, expandView(x.view('expandDims'), position), (g) => squeeze(g, [position]));
}

/** Drops axes of length 1: the given ones, or all. Throws ShapeError when a given one is longer. */
export function squeeze(x: Tensor, axes?: readonly number[]): Tensor {
  const dropped = axes?.map((axis) => normalizeAxis(axis, x.rank, 'squeeze'));
  const long = dropped?.find((axis) => x.shape[axis] !== 1);
  if (long !== undefined)
    throw new ShapeError(
      `squeeze: axis ${long} of ${formatShape(x.shape)} has length ${x.shape[long]}, not 1`,
    );
  return reshape(
    x,
    x.shape.filter((length, axis) => (dropped ? !dropped.includes(axis) : length !== 1)),
  );
}

/**
 * The part [begin, end) of one axis, every `step`-th element. Negative positions count from the end.
 * @throws ShapeError when the part lies outside the axis
 */
export function slice(x: Tensor, axis: number, begin: number, end?: number, step = 1): Tensor {
  const along = normalizeAxis(axis, x.rank, 'slice');
  const length = x.shape[along]!;
  const from = begin < 0 ? begin + length : begin;
  const to = end === undefined ? length : end < 0 ? end + length : end;
  const whole = [from, to, step].every(Number.isInteger);
  if (!whole || from < 0 || to > length || from > to || step < 1) {
    throw new ShapeError(
      `slice: [${begin}, ${end ?? ''}) with step ${step} does not lie in axis ${along} of ${formatShape(x.shape)}; give whole numbers within it`,
    );
  }
  const shape = x.shape;
  const window = (view: View): View => sliceView(view, along, from, to, step);
  return windowed('slice', x, window(x.view('slice')), (g) => place(g, shape, window));
}

/** One position of an axis, which disappears. Negative positions count from the end. */
export function select(x: Tensor, axis: number, index: number): Tensor {
  const along = normalizeAxis(axis, x.rank, 'select');
  const length = x.shape[along]!;
  const position = index < 0 ? index + length : index;
  if (!Number.isInteger(index) || position < 0 || position >= length) {
    throw new ShapeError(
      `select: position ${index} does not exist in axis ${along} of ${formatShape(x.shape)}`,
    );
  }
  const shape = x.shape;
  const window = (view: View): View => selectView(view, along, position);
  return windowed('select', x, window(x.view('select')), (g) => place(g, shape, window));
}

/** Zeros of `shape` with `part` put where `window` looks: the counterpart of taking that part. */
function place(part: Tensor, shape: readonly number[], window: (view: View) => View): Tensor {
  const { backend } = part;
  const node = record('place', [part], (gradient) => [
    windowed('take', gradient!, window(gradient!.view()), (g) => place(g, shape, window)),
  ]);
  const out = zeros(shape, { backend });
  backend.map(identity, [part.view()], [], [window(out.view())]);
  return node ? rewrap(out, node) : out;
}

/** The same memory as the output of `node`. */
function rewrap(tensor: Tensor, node: ReturnType<typeof record>): Tensor {
  const result = alias(tensor, tensor.view(), outputSlot(node));
  tensor.dispose();
  return result;
}

/** The elements of an axis in the opposite order. */
export function flip(x: Tensor, axis: number): Tensor {
  const along = normalizeAxis(axis, x.rank, 'flip');
  return windowed('flip', x, flipView(x.view('flip'), along), (g) => flip(g, along));
}

/** Tensors one after another along an existing axis; the other axes are equal. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (!first) throw new ShapeError('concat: needs at least one tensor');
  const along = normalizeAxis(axis, first.rank, 'concat');
  for (const part of parts) {
    if (!sameShape(part.shape.with(along, 0), first.shape.with(along, 0)) || part.dtype !== first.dtype) {
      throw new ShapeError(
        `concat: ${part.dtype} ${formatShape(part.shape)} does not fit ${first.dtype} ${formatShape(first.shape)} along axis ${along}; ` +
          'types and all other axes must be equal',
      );
    }
  }
  const backend = commonBackend('concat', parts);
  const ends: number[] = [];
  for (const part of parts) ends.push((ends.at(-1) ?? 0) + part.shape[along]!);
  const begins = [0, ...ends];
  const node = record('concat', parts, (gradient) =>
    parts.map((_, index) => slice(gradient!, along, begins[index]!, ends[index]!)),
  );
  const out = allocate(backend, first.shape.with(along, ends.at(-1)!), first.dtype, outputSlot(node));
  parts.forEach((part, index) => {
    backend.map(
      identity,
      [part.view('concat')],
      [],
      [sliceView(out.view(), along, begins[index]!, ends[index]!)],
    );
  });
  return out;
}

/** Tensors of one shape side by side along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return tidy(() =>
    concat(
      parts.map((part) => expandDims(part, axis)),
      axis,
    ),
  );
}

/** All positions of an axis as separate tensors; the gradient comes back in one piece. */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const along = normalizeAxis(axis, x.rank, 'unstack');
  const view = x.view('unstack');
  const { backend, shape } = x;
  const node = record('unstack', [x], (...gradients) => {
    const absent = gradients.some((g) => !g) ? zeros(shape.toSpliced(along, 1), { backend }) : undefined;
    return [
      stack(
        gradients.map((g) => g ?? absent!),
        along,
      ),
    ];
  });
  return Array.from({ length: shape[along]! }, (_, index) =>
    alias(x, selectView(view, along, index), outputSlot(node)),
  );
}

/** `before` and `after` extra elements with `value` along one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, 'pad');
  const { backend } = x;
  if (![before, after].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ShapeError(
      `pad: cannot add ${before} and ${after} elements; give whole numbers from 0, and use slice to cut`,
    );
  }
  const length = x.shape[along]!;
  const window = (view: View): View => sliceView(view, along, before, before + length);
  const node = record('pad', [x], (gradient) => [slice(gradient!, along, before, before + length)]);
  const out = full(x.shape.with(along, before + length + after), value, { backend, dtype: x.dtype });
  backend.map(identity, [x.view('pad')], [], [window(out.view())]);
  return node ? rewrap(out, node) : out;
}
