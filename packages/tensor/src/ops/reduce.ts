import {
  defineProgram,
  expr,
  formatShape,
  identity,
  type MapProgram,
  normalizeAxis,
  ShapeError,
} from '@ostinato/kernel';
import { outputSlot, record } from '../record.js';
import { tidy } from '../scope.js';
import { noGrad } from '../tape.js';
import type { Tensor } from '../tensor.js';
import { alias } from '../tensor.js';
import { broadcastTo, mapTensors, reduceTensors, reshape } from './core.js';
import { add, div, equal, log, mul } from './elementwise.js';

/** Which axes to reduce, and whether they stay with length 1. */
export interface ReduceOptions {
  readonly keepDims?: boolean;
}

/** One axis, several, or all. Negative axes count from the end. */
export type Axes = number | readonly number[];

function axesOf(name: string, x: Tensor, axes: Axes | undefined): number[] {
  if (axes === undefined) return x.shape.map((_, axis) => axis);
  const found = [axes].flat().map((axis) => normalizeAxis(axis, x.rank, name));
  if (new Set(found).size === found.length) return found;
  throw new ShapeError(
    `${name}: axes ${formatShape([axes].flat())} name an axis of ${formatShape(x.shape)} twice`,
  );
}

/** How many elements each result is made of. Throws ShapeError where there are none. */
function countOver(name: string, x: Tensor, axes: readonly number[]): number {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  if (count > 0) return count;
  throw new ShapeError(
    `${name}: there is nothing to average along axes ${formatShape(axes)} of ${formatShape(x.shape)}`,
  );
}

function shapeAfter(x: Tensor, axes: readonly number[], keepDims: boolean): number[] {
  return x.shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]));
}

/** The sum of program(x) over axes: one pass, whatever the program. */
function sumOf(
  name: string,
  program: MapProgram,
  x: Tensor,
  scalars: number[],
  axes: number[],
  options: ReduceOptions,
): Tensor {
  return reduceTensors(name, 'sum', program, [x], scalars, axes, {
    shape: shapeAfter(x, axes, options.keepDims ?? false),
  });
}

/** The sum over axes; all by default. */
export function sum(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return sumOf('sum', identity, x, [], axesOf('sum', x, axes), options);
}

const scaled = defineProgram({ inputs: 1, scalars: 1 }, ({ x, a }) => [expr.mul(x[0]!, a[0]!)]);

/** The arithmetic mean over axes; all by default. */
export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const over = axesOf('mean', x, axes);
  return sumOf('mean', scaled, x, [1 / countOver('mean', x, over)], over, options);
}

const squaredScaled = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  expr.mul(expr.square(expr.sub(x[0]!, x[1]!)), a[0]!),
]);

/** The mean squared deviation from the mean (divided by n, not n - 1) over axes; all by default. */
export function variance(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const over = axesOf('variance', x, axes);
  const count = countOver('variance', x, over);
  return tidy(() => {
    const center = broadcastTo(mean(x, over, { keepDims: true }), x.shape);
    return reduceTensors('variance', 'sum', squaredScaled, [x, center], [1 / count], over, {
      shape: shapeAfter(x, over, options.keepDims ?? false),
    });
  });
}

/** The largest or smallest over axes; where several are equal they share the gradient. */
function extreme(op: 'max' | 'min', x: Tensor, axes: Axes | undefined, options: ReduceOptions): Tensor {
  const over = axesOf(op, x, axes);
  const kept = shapeAfter(x, over, true);
  const plain = reduceTensors(op, op, identity, [x], [], over);
  const node = record(op, [x], (gradient) => {
    const chosen = noGrad(() => equal(savedX!, savedY!));
    const share = noGrad(() => div(chosen, broadcastTo(sum(chosen, over, { keepDims: true }), chosen.shape)));
    return [mul(broadcastTo(reshape(gradient!, kept), share.shape), share)];
  });
  const out = alias(plain, plain.view(), outputSlot(node));
  plain.dispose();
  const savedX = node?.save(x);
  const savedY = node?.saveOutput(out);
  if (options.keepDims) return out;
  const result = reshape(out, shapeAfter(x, over, false));
  out.dispose();
  return result;
}

/** The largest element over axes; all by default. */
export function max(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return extreme('max', x, axes, options);
}

/** The smallest element over axes; all by default. */
export function min(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return extreme('min', x, axes, options);
}

/** log(sum(exp(x))) over axes without overflow. */
export function logSumExp(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const over = axesOf('logSumExp', x, axes);
  return tidy(() => {
    const shift = noGrad(() => mapTensors('logSumExp', finite, [max(x, over, { keepDims: true })]));
    const total = log(reduceTensors('logSumExp', 'sum', shiftedExp, [x, shift], [], over));
    return reshape(add(total, shift), shapeAfter(x, over, options.keepDims ?? false));
  });
}

const shiftedExp = defineProgram({ inputs: 2 }, ({ x }) => [expr.exp(expr.sub(x[0]!, x[1]!))]);
/** Infinite maxima must not be subtracted from themselves. */
const finite = defineProgram({ inputs: 1 }, ({ x }) => [
  expr.select(expr.less(expr.abs(x[0]!), 3.4e38), x[0]!, 0),
]);

/** The euclidean norm of all elements. */
export function norm(x: Tensor): Tensor {
  return tidy(() =>
    mapTensors('norm', root, [sumOf('norm', squared, x, [], axesOf('norm', x, undefined), {})]),
  );
}
const squared = defineProgram({ inputs: 1 }, ({ x }) => [expr.square(x[0]!)]);
const root = defineProgram({ inputs: 1 }, ({ x }) => [expr.sqrt(x[0]!)]);
