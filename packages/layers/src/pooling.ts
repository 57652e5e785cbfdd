import {
  DTypeError,
  defineProgram,
  type Expr,
  expr,
  formatShape,
  type MapProgram,
  OstinatoError,
  type ReduceOp,
  ShapeError,
} from '@ostinato/kernel';
import { noGrad, reduceTensors, reshape, Tensor, tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import { type Lengths, lengthsTensor } from './lengths.js';

/*
 * Sequence summaries: many steps to one vector (L24), [batch, time, features] to [batch, features]. Each is a few passes over
 * memory, whatever the length. Steps at or past a row's length do not exist: whatever stands there, even NaN, changes nothing
 * and receives a gradient of 0. A row of length 0 has nothing to summarise and gives zeros.
 */

const { coordinate, div, equal, less, maximum, mul, select, sub } = expr;

/** What a sequence summary is told. */
export interface PoolingOptions {
  /** [batch]: how many steps of each row are real, as for recurrent layers; all by default. */
  readonly lengths?: Lengths | undefined;
}

/** What `lastStep` is told. */
export interface LastStepOptions extends PoolingOptions {
  /** How many features, the last ones, come from a layer that walks backwards; 0 by default. */
  readonly backwards?: number | undefined;
}

/** The step of every position, and how many steps its row has. */
const step = coordinate(1);

const atLastStep = defineProgram({ inputs: 2, scalars: 1 }, ({ x: [value, length], a: [forwards] }) => {
  const last = equal(step, sub(length!, 1));
  const first = mul(equal(step, 0), less(0, length!));
  return [select(select(less(coordinate(2), forwards!), last, first), value!, 0)];
});

/**
 * What a recurrent layer says after it has read each row to its end: the output at the row's last real step. A layer that
 * walks backwards ends at the first step instead; tell how many of the features come from such a layer.
 * @param x [batch, time, features]: the output of a layer
 * @returns [batch, features]; zeros for a row of length 0
 * @throws ShapeError or DTypeError where x or lengths do not fit; OstinatoError where `backwards` is not from 0 to `features`
 * @example
 * lastStep(new LSTM(8, 16).forward(x, { lengths }).output, { lengths });
 * // Of a bidirectional layer: the last step of the one direction beside the first step of the other.
 * lastStep(both.forward(x, { lengths }).output, { lengths, backwards: both.backwards.outputSize });
 */
export function lastStep(x: Tensor, { lengths, backwards = 0 }: LastStepOptions = {}): Tensor {
  return tidy(() => {
    const real = realSteps('lastStep', x, lengths);
    const features = x.shape[2]!;
    if (!(Number.isInteger(backwards) && backwards >= 0 && backwards <= features)) {
      throw new OstinatoError(
        `lastStep: backwards must be a whole number from 0 to ${features}, the features of x, got ${describe(backwards)}`,
      );
    }
    return overTime('lastStep', 'sum', atLastStep, [x, real], { scalars: [features - backwards] });
  });
}

const share = defineProgram({ inputs: 2 }, ({ x: [value, length] }) => [
  select(less(step, length!), div(value!, maximum(length!, 1)), 0),
]);

/**
 * The mean of the real steps of each row.
 * @param x [batch, time, features]
 * @returns [batch, features]; zeros for a row of length 0
 * @throws ShapeError or DTypeError where x or lengths do not fit
 */
export function meanPooling(x: Tensor, { lengths }: PoolingOptions = {}): Tensor {
  return tidy(() => overTime('meanPooling', 'sum', share, [x, realSteps('meanPooling', x, lengths)]));
}

const orLeast = defineProgram({ inputs: 2 }, ({ x: [value, length] }) => [
  select(less(step, length!), value!, Number.NEGATIVE_INFINITY),
]);
/** Farther than any step. */
const NOWHERE = 2 ** 30;
/** NaN counts as the largest, as it does for `max`. */
const isLargest = (value: Expr, largest: Expr): Expr => select(equal(value, value), equal(value, largest), 1);
const stepOfLargest = defineProgram({ inputs: 3 }, ({ x: [value, length, largest] }) => [
  select(mul(less(step, length!), isLargest(value!, largest!)), step, NOWHERE),
]);
const atStep = defineProgram({ inputs: 2 }, ({ x: [value, chosen] }) => [
  select(equal(step, chosen!), value!, 0),
]);

/**
 * The largest value of each feature among the real steps of each row; the first of equal ones gets the gradient.
 * @param x [batch, time, features]
 * @returns [batch, features]; zeros for a row of length 0
 * @throws ShapeError or DTypeError where x or lengths do not fit
 */
export function maxPooling(x: Tensor, { lengths }: PoolingOptions = {}): Tensor {
  return tidy(() => {
    const real = realSteps('maxPooling', x, lengths);
    const chosen = noGrad(() => {
      const largest = overTime('maxPooling', 'max', orLeast, [x, real], { keepTime: true });
      return overTime('maxPooling', 'min', stepOfLargest, [x, real, largest], { keepTime: true });
    });
    return overTime('maxPooling', 'sum', atStep, [x, chosen]);
  });
}

/** Reduces a program over the time axis of [batch, time, features]: [batch, features], or [batch, 1, features]. */
export function overTime(
  name: string,
  op: ReduceOp,
  program: MapProgram,
  inputs: readonly [Tensor, ...Tensor[]],
  { scalars = [], keepTime = false }: { scalars?: readonly number[]; keepTime?: boolean } = {},
): Tensor {
  const [batch, , features] = inputs[0].shape as [number, number, number];
  const shape = keepTime ? [batch, 1, features] : [batch, features];
  return reduceTensors(name, op, program, inputs, scalars, [1], { shape });
}

/**
 * Checks what is to be summarised.
 * @param x [batch, time, features]
 * @returns how many steps are real: i32 [batch, 1, 1], or [1, 1, 1] where all are
 * @throws ShapeError or DTypeError where x or lengths do not fit
 */
export function realSteps(where: string, x: Tensor, lengths: Lengths | undefined): Tensor {
  if (!(x instanceof Tensor) || x.rank !== 3) {
    const got = x instanceof Tensor ? formatShape(x.shape) : describe(x);
    throw new ShapeError(`${where}: x must have shape [batch, time, features], got ${got}`);
  }
  if (x.dtype !== 'f32') throw new DTypeError(`${where}: x must be f32, got ${x.dtype}`);
  if (lengths !== undefined) return reshape(lengthsTensor(where, lengths, x), [-1, 1, 1]);
  return tensor(Int32Array.of(x.shape[1]!), [1, 1, 1], { backend: x.backend });
}
