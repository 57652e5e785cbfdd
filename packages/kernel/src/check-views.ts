import { DTypeError, formatShape, ShapeError } from './errors.js';
import { type DType, ELEMENT_BYTES, sameShape, sizeOf, type View } from './view.js';

/** What a kernel expects of a view. */
export interface Expected {
  /** Lengths that have to be there; any rank and shape when missing. */
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  /** Whether the kernel writes the view. */
  readonly written?: boolean;
}

/**
 * Holds a view against what a kernel expects of it.
 * @param where the kernel and the argument, as in `matmul: a`
 * @throws ShapeError for a malformed view, one that leaves its storage, or a wrong shape; DTypeError for a wrong dtype
 */
export function checkView(view: View, where: string, expected: Expected = {}): void {
  checkForm(view, where);
  const { shape, dtype } = expected;
  if (shape && !sameShape(view.shape, shape)) {
    throw new ShapeError(
      `${where} has shape ${formatShape(view.shape)}, but ${formatShape(shape)} is expected; check the view that is passed`,
    );
  }
  if (dtype && view.dtype !== dtype) {
    throw new DTypeError(`${where} is ${view.dtype}, but ${dtype} is expected; convert it first`);
  }
  if (expected.written) checkWritable(view, where);
}

function checkForm(view: View, where: string): void {
  const { shape, strides, offset, storage } = view;
  if (shape.length !== strides.length) {
    throw new ShapeError(
      `${where} has ${shape.length} axes, but ${strides.length} strides; a view has one stride for each axis`,
    );
  }
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new ShapeError(`${where} has shape ${formatShape(shape)}; lengths are whole numbers from 0`);
  }
  if (![...strides, offset].every(Number.isInteger)) {
    throw new ShapeError(
      `${where} has strides ${formatShape(strides)} and offset ${offset}; both count elements in whole numbers`,
    );
  }
  if (sizeOf(shape) === 0) return;
  const { first, last } = rangeOf(view);
  const elements = Math.floor(storage.bytes / ELEMENT_BYTES);
  if (first < 0 || last >= elements) {
    throw new ShapeError(
      `${where} reaches from element ${first} to ${last}, but its storage has ${elements} elements ` +
        `(shape ${formatShape(shape)}, strides ${formatShape(strides)}, offset ${offset})`,
    );
  }
}

function checkWritable(view: View, where: string): void {
  if (sizeOf(view.shape) === 0) return;
  const repeated = view.shape.findIndex((length, axis) => length > 1 && view.strides[axis] === 0);
  if (repeated >= 0) {
    throw new ShapeError(
      `${where} is written, but its axis ${repeated} repeats elements (stride 0); write to a view of its own`,
    );
  }
}

/** The first and the last element of a storage that a view, which is not empty, touches. */
function rangeOf({ shape, strides, offset }: View): { first: number; last: number } {
  let first = offset;
  let last = offset;
  for (const [axis, length] of shape.entries()) {
    const reach = (length - 1) * strides[axis]!;
    if (reach < 0) first += reach;
    else last += reach;
  }
  return { first, last };
}

/** Where in its storage the elements of a view lie, in row-major order. */
export function* placesOf(view: View): Generator<number> {
  const { shape, strides } = view;
  const size = sizeOf(shape);
  const position = shape.map(() => 0);
  let place = view.offset;
  for (let count = 0; count < size; count++) {
    yield place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
}

/**
 * Makes sure that an output shares no element with an input.
 * @param mayBeSame whether both may be the very same view, as in `map`
 * @throws ShapeError where they overlap
 */
export function checkApart(
  input: View,
  inputName: string,
  out: View,
  outName: string,
  mayBeSame = false,
): void {
  if (input.storage !== out.storage || sizeOf(input.shape) === 0 || sizeOf(out.shape) === 0) return;
  if (mayBeSame && isSameView(input, out)) return;
  const [a, b] = [rangeOf(input), rangeOf(out)];
  if (a.last < b.first || b.last < a.first) return;
  const taken = new Set(placesOf(out));
  for (const place of placesOf(input)) {
    if (taken.has(place)) {
      throw new ShapeError(
        `${outName} overlaps ${inputName}${mayBeSame ? ' without being the same view' : ''}; ` +
          'results would depend on the order of work, write to a view of its own',
      );
    }
  }
}

/** Whether two views of one storage visit the same elements in the same order. */
function isSameView(a: View, b: View): boolean {
  return (
    a.offset === b.offset &&
    sameShape(a.shape, b.shape) &&
    a.shape.every((length, axis) => length === 1 || a.strides[axis] === b.strides[axis])
  );
}
