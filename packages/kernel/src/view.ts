import { formatShape, ShapeError } from './errors.js';

/** The number types of the contract. Both take four bytes. */
export type DType = 'f32' | 'i32';

/** Bytes of one element, of either number type. */
export const ELEMENT_BYTES = 4;

/** A block of backend memory; only the backend that made it looks inside. */
export interface Storage {
  readonly bytes: number;
}

/** A strided window on a storage. Strides and offset count elements; stride 0 broadcasts. */
export interface View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Number of elements of a shape; 1 for a scalar `[]`. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides of a shape. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A row-major window on a storage, from `offset` on. */
export function viewOf(storage: Storage, shape: readonly number[], dtype: DType = 'f32', offset = 0): View {
  return { storage, dtype, shape, strides: contiguousStrides(shape), offset };
}

/** Whether the elements lie row by row without gaps (strides of axes of length 1 do not matter). */
export function isContiguous(view: View): boolean {
  let stride = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis--) {
    const length = view.shape[axis]!;
    if (length === 0) return true;
    if (length !== 1 && view.strides[axis] !== stride) return false;
    stride *= length;
  }
  return true;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The axis counted from the front; negative axes count from the end. Throws ShapeError outside the rank. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) {
    throw new ShapeError(
      `${where}: axis ${axis} does not exist in a tensor of rank ${rank}; give one from ${-rank} to ${rank - 1}`,
    );
  }
  return result;
}

/** The shape to which all of `shapes` broadcast (NumPy's rule). Throws ShapeError where they do not fit. */
export function broadcastShapes(where: string, ...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const shift = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const length = shape[axis]!;
      if (length === 1 || length === result[shift + axis]) continue;
      if (result[shift + axis] !== 1) {
        throw new ShapeError(
          `${where}: shapes ${shapes.map(formatShape).join(' and ')} do not broadcast: ` +
            `axis ${shift + axis - rank} has lengths ${result[shift + axis]} and ${length}; ` +
            'equal lengths or a length of 1 are needed',
        );
      }
      result[shift + axis] = length;
    }
  }
  return result;
}

/** The view repeated to `shape` without copying: stride 0 along repeated axes. */
export function broadcastView(view: View, shape: readonly number[], where = 'broadcast'): View {
  if (sameShape(view.shape, shape)) return view;
  const shift = shape.length - view.shape.length;
  const fits =
    shift >= 0 && view.shape.every((length, axis) => length === 1 || length === shape[shift + axis]);
  if (!fits) {
    throw new ShapeError(
      `${where}: shape ${formatShape(view.shape)} does not broadcast to ${formatShape(shape)}`,
    );
  }
  const strides = shape.map((_, axis) =>
    axis < shift || view.shape[axis - shift] === 1 ? 0 : view.strides[axis - shift]!,
  );
  return { ...view, shape, strides };
}

/** The axes in another order. `order[i]` is the old axis that becomes axis `i`. */
export function permuteView(view: View, order: readonly number[]): View {
  return {
    ...view,
    shape: order.map((axis) => view.shape[axis]!),
    strides: order.map((axis) => view.strides[axis]!),
  };
}

/** The part `[begin, end)` of one axis, every `step`-th element. */
export function sliceView(view: View, axis: number, begin: number, end: number, step = 1): View {
  const length = Math.ceil((end - begin) / step);
  return {
    ...view,
    shape: view.shape.with(axis, length),
    strides: view.strides.with(axis, view.strides[axis]! * step),
    offset: length === 0 ? view.offset : view.offset + begin * view.strides[axis]!,
  };
}

/** The elements of one axis in the opposite order. */
export function flipView(view: View, axis: number): View {
  const last = Math.max(0, view.shape[axis]! - 1);
  return {
    ...view,
    strides: view.strides.with(axis, -view.strides[axis]!),
    offset: view.offset + last * view.strides[axis]!,
  };
}

/** One position of an axis; the axis disappears. */
export function selectView(view: View, axis: number, index: number): View {
  return {
    ...view,
    shape: view.shape.toSpliced(axis, 1),
    strides: view.strides.toSpliced(axis, 1),
    offset: view.offset + index * view.strides[axis]!,
  };
}

/** A new axis of length 1 in front of `axis`. */
export function expandView(view: View, axis: number): View {
  return { ...view, shape: view.shape.toSpliced(axis, 0, 1), strides: view.strides.toSpliced(axis, 0, 0) };
}

/** The same elements in the same order under another shape; `undefined` where that needs a copy. */
export function reshapeView(view: View, shape: readonly number[]): View | undefined {
  if (sizeOf(shape) === 0 || isContiguous(view)) return { ...view, shape, strides: contiguousStrides(shape) };
  const strides = new Array<number>(shape.length).fill(0);
  const from = view.shape
    .map((length, axis) => ({ length, stride: view.strides[axis]! }))
    .filter((a) => a.length !== 1);
  let source = 0;
  let target = 0;
  while (source < from.length) {
    // Grow a group of old axes and a group of new axes until both hold the same number of elements.
    let sourceEnd = source + 1;
    let targetEnd = target + 1;
    let sourceSize = from[source]!.length;
    let targetSize = shape[target]!;
    while (sourceSize !== targetSize) {
      if (sourceSize < targetSize) sourceSize *= from[sourceEnd++]!.length;
      else targetSize *= shape[targetEnd++]!;
    }
    for (let axis = source; axis + 1 < sourceEnd; axis++) {
      if (from[axis]!.stride !== from[axis + 1]!.stride * from[axis + 1]!.length) return undefined;
    }
    let stride = from[sourceEnd - 1]!.stride;
    for (let axis = targetEnd - 1; axis >= target; axis--) {
      strides[axis] = stride;
      stride *= shape[axis]!;
    }
    source = sourceEnd;
    target = targetEnd;
  }
  return { ...view, shape, strides };
}
