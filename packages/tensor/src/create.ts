import {
  type Backend,
  currentBackend,
  type DType,
  DTypeError,
  defineProgram,
  expr,
  fill,
  formatShape,
  type NumberArray,
  ShapeError,
  sizeOf,
} from '@ostinato/kernel';
import { allocate, type NestedNumbers, type Tensor } from './tensor.js';

/** Where and as what a tensor is made. */
export interface TensorOptions {
  /** `f32` by default; `i32` for an `Int32Array`. */
  readonly dtype?: DType;
  /** The current backend by default. */
  readonly backend?: Backend;
}

/**
 * A tensor of given numbers.
 * @param values a number, nested arrays, or a typed array (then with `shape`)
 * @param shape the shape where it does not follow from the nesting
 * @throws ShapeError when rows have different lengths, or values and shape do not fit
 * @example tensor([[1, 2], [3, 4]])   tensor(new Float32Array(6), [2, 3])
 */
export function tensor(
  values: NestedNumbers | NumberArray | Float64Array,
  shape?: readonly number[],
  options: TensorOptions = {},
): Tensor {
  const typed = ArrayBuffer.isView(values);
  const found = typed ? [values.length] : nestedShape(values);
  const target = shape ?? found;
  const dtype = options.dtype ?? (values instanceof Int32Array ? 'i32' : 'f32');
  if (sizeOf(target) !== sizeOf(found)) {
    throw new ShapeError(
      `tensor: ${sizeOf(found)} values do not fill shape ${formatShape(target)}, which has ${sizeOf(target)}`,
    );
  }
  const Numbers = dtype === 'i32' ? Int32Array : Float32Array;
  const flat = typed ? values : flatten(values);
  const out = allocate(options.backend ?? currentBackend(), target, dtype);
  out.backend.write(out.view().storage, flat instanceof Numbers ? flat : Numbers.from(flat));
  return out;
}

function flatten(values: NestedNumbers): number[] {
  return typeof values === 'number' ? [values] : values.flatMap(flatten);
}

function nestedShape(values: NestedNumbers): number[] {
  if (typeof values === 'number') return [];
  if (!Array.isArray(values)) {
    throw new DTypeError(
      `tensor: needs numbers, nested arrays of numbers or a typed array, got ${values === null ? 'null' : typeof values}`,
    );
  }
  const inner = values.map(nestedShape);
  const first = inner[0] ?? [];
  const odd = inner.findIndex((shape) => shape.join() !== first.join());
  if (odd >= 0) {
    throw new ShapeError(
      `tensor: row ${odd} has shape ${formatShape(inner[odd]!)}, row 0 has ${formatShape(first)}; all rows must be alike` +
        ' (pad sequences to one length, and pass their lengths)',
    );
  }
  return [values.length, ...first];
}

/** `value` at every position. */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  const out = allocate(options.backend ?? currentBackend(), shape, options.dtype);
  out.backend.map(fill, [], [value], [out.view()]);
  return out;
}

/** Zeros. */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor {
  return full(shape, 0, options);
}

/** Ones. */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor {
  return full(shape, 1, options);
}

const positions = defineProgram({ inputs: 0 }, () => [expr.coordinate(0)]);
const diagonal = defineProgram({ inputs: 0 }, () => [expr.equal(expr.coordinate(0), expr.coordinate(1))]);

/** The numbers 0, 1, ... `length` - 1. */
export function range(length: number, options: TensorOptions = {}): Tensor {
  const out = allocate(options.backend ?? currentBackend(), [length], options.dtype);
  out.backend.map(positions, [], [], [out.view()]);
  return out;
}

/** The identity matrix [n, n]. */
export function identityMatrix(n: number, options: TensorOptions = {}): Tensor {
  const out = allocate(options.backend ?? currentBackend(), [n, n], options.dtype);
  out.backend.map(diagonal, [], [], [out.view()]);
  return out;
}

/** The same numbers on another backend. No gradient flows through. */
export async function transfer(source: Tensor, backend: Backend): Promise<Tensor> {
  return tensor(await source.data(), source.shape, { backend, dtype: source.dtype });
}
