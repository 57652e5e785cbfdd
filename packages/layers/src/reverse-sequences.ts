import { defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import { flip, gather, mapTensors, reshape, Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import { type Lengths, lengthsTensor } from './lengths.js';

const { add, coordinate, less, mul, select, sub } = expr;

/** Which step of which row, counted through all, stands where after each row was reversed. */
const reversedIndex = defineProgram({ inputs: 1, scalars: 1 }, ({ x: [length], a: [time] }) => {
  const step = coordinate(1);
  const source = select(less(step, length!), sub(sub(length!, 1), step), step);
  return [add(mul(coordinate(0), time!), source)];
});

/**
 * Each row's real steps in the opposite order; the padding stays where it is. What a layer with `reverse: true` gives stands in the order
 * of time; this brings it into the order in which it was walked, as Keras's `go_backwards` gives it.
 * @param x [batch, time, features]
 * @param lengths real steps of each row; all by default
 * @returns [batch, time, features]
 * @throws ShapeError or DTypeError where x has other axes, or lengths do not fit it
 */
export function reverseSequences(x: Tensor, lengths?: Lengths): Tensor {
  if (!(x instanceof Tensor) || x.rank !== 3) {
    const got = x instanceof Tensor ? formatShape(x.shape) : describe(x);
    throw new ShapeError(`reverseSequences: x must have shape [batch, time, features], got ${got}`);
  }
  if (lengths === undefined) return flip(x, 1);
  const [batch, time, features] = x.shape as [number, number, number];
  return tidy(() => {
    const ends = reshape(lengthsTensor('reverseSequences', lengths, x), [-1, 1]);
    const shape = [batch, time];
    const indices = mapTensors('reverseSequences', reversedIndex, [ends], [time], { shape, dtype: 'i32' });
    return gather(reshape(x, [-1, features]), indices);
  });
}
