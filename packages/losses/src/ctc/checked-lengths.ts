import { type Backend, DTypeError, defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import { mapTensors, Tensor, tensor } from '@ostinato/tensor';
import type { Lengths } from '../lengths.js';

const within = defineProgram({ inputs: 1, scalars: 1 }, ({ x: [length], a: [most] }) => [
  expr.minimum(expr.maximum(length!, 0), most!),
]);

/** Lengths as the kernel takes them: each in [0, most]. */
export interface CheckedLengths {
  /** i32 `[batch]` */
  readonly tensor: Tensor;
  /** Where they are known here. */
  readonly numbers: Int32Array | undefined;
}

/**
 * Lengths of a batch, all of them `most` where none are given. Those of a tensor are not known, and brought into [0, most].
 * @param option how they are called
 * @throws ShapeError for another number of rows, or a length outside [0, most], naming the row
 * @throws DTypeError for a tensor that is not i32
 */
export function checkedLengths(
  option: 'inputLengths' | 'targetLengths',
  lengths: Lengths | undefined,
  batch: number,
  most: number,
  backend: Backend,
): CheckedLengths {
  if (lengths instanceof Tensor) {
    if (lengths.dtype !== 'i32') {
      throw new DTypeError(
        `ctcLoss: ${option} must be i32, got ${lengths.dtype}; make them from an Int32Array or with { dtype: 'i32' }`,
      );
    }
    checkShape(option, lengths.shape, batch);
    return {
      tensor: mapTensors('ctcLoss', within, [lengths], [most], { dtype: 'i32' }),
      numbers: undefined,
    };
  }
  const numbers = lengths ?? new Int32Array(batch).fill(most);
  checkShape(option, [numbers.length], batch);
  for (const [row, length] of numbers.entries()) {
    if (Number.isInteger(length) && length >= 0 && length <= most) continue;
    throw new ShapeError(
      `ctcLoss: ${option} of row ${row} is ${length}, expected a whole number from 0 to ${most}, the length of the ` +
        `${option === 'inputLengths' ? 'time axis' : 'targets'}`,
    );
  }
  const whole = Int32Array.from(numbers);
  return { tensor: tensor(whole, [batch], { backend }), numbers: whole };
}

function checkShape(option: string, shape: readonly number[], batch: number): void {
  if (shape.length === 1 && shape[0] === batch) return;
  throw new ShapeError(
    `ctcLoss: ${option} must have shape [${batch}], one for each row of the batch, got ${formatShape(shape)}`,
  );
}
