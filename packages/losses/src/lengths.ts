import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  formatShape,
  ShapeError,
  sizeOf,
} from '@ostinato/kernel';
import { mapTensors, reduceTensors, reshape, Tensor, tensor } from '@ostinato/tensor';

/**
 * Real steps of each row, `[batch]`: the one convention for padding. Steps at or past a row's length do not exist: they
 * add nothing to a loss and receive a gradient of exactly 0. Numbers are checked when given; an i32 tensor is not,
 * because reading it would wait for the backend: a length below 0 counts as 0, one above the time axis as all of it.
 */
export type Lengths = Tensor | Int32Array | readonly number[];

/**
 * Checks lengths against a batch, as far as their numbers are known here.
 * @param where the operation that errors name
 * @returns the numbers; `undefined` for a tensor
 * @throws ShapeError for another number of rows, or a length outside [0, time], naming the row
 * @throws DTypeError for a tensor that is not i32
 */
export function checkLengths(
  where: string,
  lengths: Lengths,
  batch: number,
  time: number,
): Int32Array | undefined {
  const isTensor = lengths instanceof Tensor;
  if (isTensor && lengths.dtype !== 'i32') {
    throw new DTypeError(
      `${where}: lengths must be i32, got ${lengths.dtype}; make them from an Int32Array or with { dtype: 'i32' }`,
    );
  }
  const shape = isTensor ? lengths.shape : [lengths.length];
  if (shape.length !== 1 || shape[0] !== batch) {
    throw new ShapeError(
      `${where}: lengths must have shape [${batch}], one for each row of the batch, got ${formatShape(shape)}`,
    );
  }
  if (isTensor) return undefined;
  for (const [row, length] of lengths.entries()) {
    if (Number.isInteger(length) && length >= 0 && length <= time) continue;
    throw new ShapeError(
      `${where}: the length of row ${row} is ${length}, expected a whole number from 0 to ${time}, ` +
        'the length of the time axis',
    );
  }
  return lengths instanceof Int32Array ? lengths : Int32Array.from(lengths);
}

/**
 * Lengths as a tensor that broadcasts against `[batch, time, ...]`.
 * @param like the tensor that they belong to: rank at least 2
 * @returns i32 `[batch, 1, ...]` on the backend of `like`
 */
export function lengthsColumn(where: string, lengths: Lengths, like: Tensor): Tensor {
  const [batch, time] = like.shape as [number, number];
  const known = checkLengths(where, lengths, batch, time);
  const column = [batch, ...like.shape.slice(1).fill(1)];
  if (!known) return reshape(lengths as Tensor, column);
  return tensor(known, column, { backend: like.backend });
}

/** 1 at real steps, 0 at padding: for programs over `[batch, time, ...]` that read lengths as an input. */
export function isRealStep(lengths: Expr): Expr {
  return expr.less(expr.coordinate(1), lengths);
}

const steps = defineProgram({ inputs: 1, scalars: 2 }, ({ x: [length], a: [time, width] }) => [
  expr.mul(expr.minimum(expr.maximum(length!, 0), time!), width!),
]);

/**
 * How many elements of `[batch, time, ...]` belong to real steps.
 * @returns a number where the lengths are known here, else a tensor `[]`
 */
export function countReal(
  where: string,
  lengths: Lengths | undefined,
  shape: readonly number[],
): number | Tensor {
  if (lengths === undefined) return sizeOf(shape);
  const [batch, time] = shape as [number, number];
  const width = sizeOf(shape.slice(2));
  const known = checkLengths(where, lengths, batch, time);
  if (known) return known.reduce((total, length) => total + length, 0) * width;
  return reduceTensors(where, 'sum', steps, [lengths as Tensor], [time, width], [0], { shape: [] });
}

const mask = defineProgram({ inputs: 1 }, ({ x: [lengths] }) => [isRealStep(lengths!)]);

/**
 * 1 at real steps, 0 at padding. Losses and layers take `lengths` themselves and need no mask; this is for your own formulas.
 * @param lengths `[batch]`
 * @param time length of the time axis
 * @returns `[batch, time]`, without gradient
 * @throws ShapeError where a length lies outside [0, time], naming the row
 * @example sequenceMask([2, 3], 4)   // [[1, 1, 0, 0], [1, 1, 1, 0]]
 */
export function sequenceMask(lengths: Lengths, time: number): Tensor {
  const batch = lengths instanceof Tensor ? lengths.size : lengths.length;
  const known = checkLengths('sequenceMask', lengths, batch, time);
  const column = known ? tensor(known, [batch, 1]) : reshape(lengths as Tensor, [batch, 1]);
  const out = mapTensors('sequenceMask', mask, [column], [], { shape: [batch, time] });
  column.dispose();
  return out;
}
