import { DTypeError, defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import { mapTensors, reshape, Tensor, tensor } from '@ostinato/tensor';
import { describe } from './checks.js';

/**
 * Real steps of each row, `[batch]`. Numbers are checked when given; an i32 tensor is not, because reading it would wait
 * for the backend (`checked(backend)` does check it).
 */
export type Lengths = Tensor | Int32Array | readonly number[];

/**
 * Lengths as a tensor beside `x`.
 * @param x [batch, time, ...]
 * @returns i32 `[batch]`: the tensor that was given, or a new one on the backend of `x`
 * @throws ShapeError for another number of rows, or a length outside [0, time], naming the row
 * @throws DTypeError for a tensor that is not i32
 */
export function lengthsTensor(where: string, lengths: Lengths, x: Tensor): Tensor {
  const [batch, time] = x.shape as [number, number];
  const isTensor = lengths instanceof Tensor;
  if (!isTensor && !(lengths instanceof Int32Array) && !Array.isArray(lengths)) {
    throw new DTypeError(
      `${where}: lengths must be an i32 tensor, an Int32Array or an array of numbers, got ${describe(lengths)}`,
    );
  }
  if (isTensor && lengths.dtype !== 'i32') {
    throw new DTypeError(
      `${where}: lengths must be i32, got ${lengths.dtype}; make them from an Int32Array or with { dtype: 'i32' }`,
    );
  }
  const shape = isTensor ? lengths.shape : [lengths.length];
  if (shape.length !== 1 || shape[0] !== batch) {
    throw new ShapeError(
      `${where}: lengths must have shape [${batch}], one for each row, got ${formatShape(shape)}`,
    );
  }
  if (isTensor) return lengths;
  for (const [row, length] of lengths.entries()) {
    if (Number.isInteger(length) && length >= 0 && length <= time) continue;
    throw new ShapeError(
      `${where}: the length of row ${row} is ${length}, expected a whole number from 0 to ${time}, ` +
        'the length of the time axis',
    );
  }
  return tensor(Int32Array.from(lengths), [batch], { backend: x.backend });
}

/** x where the step (the coordinate along axis 1) is real, 0 in the padding, whatever stands there. */
const realSteps = defineProgram({ inputs: 2 }, ({ x: [value, length] }) => [
  expr.select(expr.less(expr.coordinate(1), length!), value!, 0),
]);

/**
 * A copy with 0 in the padding, even where that holds NaN. One pass over memory.
 * @param x [batch, time, features]
 * @param lengths i32 [batch]
 */
export function clearPadding(x: Tensor, lengths: Tensor): Tensor {
  return mapTensors('padding', realSteps, [x, reshape(lengths, [-1, 1, 1])]);
}
