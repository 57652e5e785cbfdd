import type { Backend } from '@ostinato/kernel';
import {
  contiguousStrides,
  type DType,
  ELEMENT_BYTES,
  type NumberArray,
  sizeOf,
  type View,
} from '@ostinato/kernel';
import type { Numbers } from './numbers.js';

/** A view with the contents of its whole storage, not yet on any backend. */
export interface Operand {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Everything in the storage, also what lies outside the view. */
  readonly data: NumberArray;
}

/** Where a view lies in its storage, and how many elements the storage has. */
export interface Arrangement {
  readonly strides: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Strides with distance `step` between neighbours, axes filled in the order of `order` from the innermost. */
function packed(shape: readonly number[], order: readonly number[], step = 1, slack = 0): number[] {
  const strides = shape.map(() => 0);
  let stride = step;
  for (const axis of order) {
    strides[axis] = stride;
    stride *= Math.max(1, shape[axis]!) * step;
    if (axis === order[0]) stride += slack;
  }
  return strides;
}

const rowMajor = (shape: readonly number[]): number[] => shape.map((_, axis) => shape.length - 1 - axis);

/** The window that strides open, shifted so that it starts `before` elements into a storage with `after` more behind it. */
function placed(
  shape: readonly number[],
  strides: readonly number[],
  before: number,
  after: number,
): Arrangement {
  let lowest = 0;
  let highest = 0;
  for (const [axis, stride] of strides.entries()) {
    const reach = Math.max(0, shape[axis]! - 1) * stride;
    if (reach < 0) lowest += reach;
    else highest += reach;
  }
  return { strides, offset: before - lowest, size: before + highest - lowest + 1 + after };
}

const silence = (strides: readonly number[], isSilent: (axis: number) => boolean): number[] =>
  strides.map((stride, axis) => (isSilent(axis) ? 0 : stride));

/** Ways in which a view can lie in its storage: any of these must work for every input. */
export const arrangements = {
  contiguous: (shape: readonly number[]) => placed(shape, contiguousStrides(shape), 0, 0),
  offset: (shape: readonly number[]) => placed(shape, contiguousStrides(shape), 5, 3),
  transposed: (shape: readonly number[]) =>
    placed(
      shape,
      packed(
        shape,
        shape.map((_, axis) => axis),
      ),
      0,
      0,
    ),
  'every second': (shape: readonly number[]) => placed(shape, packed(shape, rowMajor(shape), 2), 1, 2),
  'longer rows': (shape: readonly number[]) => placed(shape, packed(shape, rowMajor(shape), 1, 3), 2, 3),
  reversed: (shape: readonly number[]) =>
    placed(
      shape,
      contiguousStrides(shape).map((stride) => -stride),
      1,
      1,
    ),
  'last axis reversed': (shape: readonly number[]) =>
    placed(
      shape,
      contiguousStrides(shape).map((stride, axis) => (axis === shape.length - 1 ? -stride : stride)),
      0,
      4,
    ),
  'first axis repeated': (shape: readonly number[]) =>
    placed(
      shape,
      silence(contiguousStrides(shape), (axis) => axis === 0),
      1,
      0,
    ),
  'last axis repeated': (shape: readonly number[]) =>
    placed(
      shape,
      silence(packed(shape.with(-1, 1), rowMajor(shape)), (axis) => axis === shape.length - 1),
      0,
      1,
    ),
  'one number': (shape: readonly number[]) =>
    placed(
      shape,
      silence(shape, () => true),
      2,
      0,
    ),
} as const satisfies Record<string, (shape: readonly number[]) => Arrangement>;

/** Name of an arrangement. */
export type ArrangementName = keyof typeof arrangements;

/** The arrangements that an output may have: no position lies on another. */
export const outputArrangements = [
  'contiguous',
  'offset',
  'transposed',
  'every second',
  'longer rows',
  'reversed',
  'last axis reversed',
] as const satisfies ArrangementName[];

/** The arrangements that only an input may have. */
export const repeatingArrangements = [
  'first axis repeated',
  'last axis repeated',
  'one number',
] as const satisfies ArrangementName[];

/** All arrangements that an input may have. */
export const inputArrangements = [...outputArrangements, ...repeatingArrangements] as const;

function arrange(shape: readonly number[], name: ArrangementName): Arrangement {
  // A scalar has no axis to repeat.
  if (shape.length === 0 && name === 'last axis repeated') return arrangements.offset(shape);
  return arrangements[name](shape);
}

/** The index in the storage of each position of a view, row by row. */
export function offsetsOf(view: Pick<View, 'shape' | 'strides' | 'offset'>): Int32Array {
  const { shape, strides, offset } = view;
  const offsets = new Int32Array(sizeOf(shape));
  const position = shape.map(() => 0);
  let at = offset;
  for (let index = 0; index < offsets.length; index++) {
    offsets[index] = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      at -= position[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return offsets;
}

/** What lies around the windows: a number that no kernel computes, different from its neighbours. */
const sentinel = (index: number): number => -7000 - (index % 997);

function blank(dtype: DType, size: number): NumberArray {
  const data = dtype === 'i32' ? new Int32Array(size) : new Float32Array(size);
  return data.map((_, index) => sentinel(index));
}

/** How an operand is made; a contiguous f32 one by default. */
export interface OperandOptions {
  readonly dtype?: DType;
  readonly arrangement?: ArrangementName;
}

/**
 * An operand with given numbers at its positions and sentinels around it.
 * @param values the numbers row by row, or a function of the row-major index
 */
export function operand(
  shape: readonly number[],
  values: ArrayLike<number> | ((index: number) => number),
  { dtype = 'f32', arrangement = 'contiguous' }: OperandOptions = {},
): Operand {
  const { strides, offset, size } = arrange(shape, arrangement);
  const data = blank(dtype, size);
  offsetsOf({ shape, strides, offset }).forEach((at, index) => {
    data[at] = typeof values === 'function' ? values(index) : values[index]!;
  });
  return { dtype, shape, strides, offset, data };
}

/** An operand for a result: sentinels everywhere. */
export function blankOperand(shape: readonly number[], options: OperandOptions = {}): Operand {
  const { strides, offset, size } = arrange(shape, options.arrangement ?? 'contiguous');
  const dtype = options.dtype ?? 'f32';
  return { dtype, shape, strides, offset, data: blank(dtype, size) };
}

/** Random numbers as an operand. */
export function randomOperand(
  numbers: Numbers,
  shape: readonly number[],
  arrangement: ArrangementName = 'contiguous',
  range = 1,
): Operand {
  return operand(shape, () => numbers.uniform(-range, range), { arrangement });
}

/** Puts an operand on a backend. The caller frees the storage of the view. */
export function place(backend: Backend, { dtype, shape, strides, offset, data }: Operand): View {
  const storage = backend.alloc(data.length * ELEMENT_BYTES);
  backend.write(storage, data);
  return { storage, dtype, shape, strides, offset };
}

/** Everything in the storage behind a view, as numbers of its type. */
export async function readBack(backend: Backend, view: View, elements: number): Promise<NumberArray> {
  const buffer = await backend.read(view.storage, 0, elements * ELEMENT_BYTES);
  return view.dtype === 'i32' ? new Int32Array(buffer) : new Float32Array(buffer);
}

/** The numbers of a view row by row. */
export async function readValues(backend: Backend, view: View): Promise<number[]> {
  const offsets = offsetsOf(view);
  const elements = offsets.reduce((most, at) => Math.max(most, at + 1), 0);
  if (elements === 0) return [];
  const data = await readBack(backend, view, elements);
  return Array.from(offsets, (at) => data[at]!);
}
