import { offsetsOf, type RecurrenceGradArgs, type View, withoutRecurrentProduct } from '@ostinato/kernel';
import { backwardCell, backwardCellWithoutProduct, type Place } from './cell-kernels.js';
import type { RightFactor } from './panels.js';
import type { Pool } from './pool.js';
import { nowhere } from './recurrence.js';
import { scratch } from './scratch.js';
import {
  placeOf,
  RunningRows,
  recurrentMatrix,
  rightFactor,
  SequenceRows,
  stepsInOrder,
  transposed,
} from './sequence.js';

const carriedMemory = scratch((length) => new Float32Array(length));
const gradientMemory = scratch((length) => new Float32Array(length));
const panels = scratch((length) => new Float64Array(length));

/** Back through time in one sweep; the states' gradients are carried in [S, B, H]. */
export function recurrenceGrad(pool: Pool, args: RecurrenceGradArgs): void {
  const { R, parameters, lengths, reverse, states, products, dOutput, dFinal, dParameters, dInitial } = args;
  const [T, B, G, H] = args.x.shape as [number, number, number, number];
  const S = states.shape[0]!;
  const cell = R ? backwardCell(args.cell) : backwardCellWithoutProduct(withoutRecurrentProduct(args.cell));
  const rows = new RunningRows(pool, lengths, B, T);
  const carried = carriedMemory(S * B * H);
  const gradients: Place = { numbers: carried, at: 0, group: B * H, unit: 1 };
  if (dFinal) copy(pool, dFinal, carried);
  else carried.fill(0, 0, S * B * H);

  const backward = R && new GradientProduct(pool, R, B);
  const x = placeOf(pool, args.x, 2, 3);
  const r = products ? placeOf(pool, products, 2, 3) : nowhere;
  const before = placeOf(pool, states, 0, 3);
  const own = parameters ? placeOf(pool, parameters, 0, 1) : nowhere;
  const dx = placeOf(pool, args.dx, 2, 3);
  const dr: Place = backward ? { numbers: backward.numbers, at: 0, group: H, unit: 1 } : nowhere;
  const dOwn = { numbers: new Float64Array(args.cell.parameters * H), at: 0, group: H, unit: 1 };
  const drView = args.dr && new SequenceRows(pool, args.dr);
  const dxView = new SequenceRows(pool, args.dx);

  for (const { step, before: slot } of stepsInOrder(T, reverse).reverse()) {
    if (dOutput) addOutputGradient(pool, dOutput, step, carried.subarray(args.cell.output * B * H));
    const { running, finished } = rows.at(step);
    for (const [index, row] of running.entries()) {
      x.at = args.x.offset + step * args.x.strides[0]! + row * args.x.strides[1]!;
      if (products) r.at = products.offset + step * products.strides[0]! + row * products.strides[1]!;
      before.at = states.offset + slot * states.strides[1]! + row * states.strides[2]!;
      gradients.at = row * H;
      dx.at = dxView.start(step, row);
      dr.at = index * G * H;
      cell(H, x, r, before, own, gradients, dx, dr, dOwn);
      if (drView) drView.copy(dr.numbers, dr.at, step, row);
    }
    for (const row of finished) {
      dxView.clear(step, row);
      drView?.clear(step, row);
    }
    backward?.addTo(carried, running, H);
  }
  copyBack(pool, carried, dInitial);
  if (dParameters) copyBack(pool, dOwn.numbers, dParameters);
}

/** The gradient of s0 from that of r: dr · Rᵀ, with Rᵀ packed once. */
class GradientProduct {
  /** [running rows, G, H] */
  readonly numbers: Float32Array;
  readonly #weights: RightFactor;
  readonly #starts: Int32Array;

  constructor(pool: Pool, R: View, batch: number) {
    const [units, gates] = R.shape as [number, number];
    const depth = gates * units;
    this.#weights = rightFactor(transposed(recurrentMatrix(pool, R)), depth, units, batch, panels);
    this.numbers = gradientMemory(batch * depth);
    this.#starts = Int32Array.from({ length: batch }, (_, row) => row * depth);
  }

  /** Adds the product to the gradients [B, H] of the rows that run. */
  addTo(gradients: Float32Array, running: readonly number[], units: number): void {
    const left = { numbers: this.numbers, starts: this.#starts, shift: 0, stride: 1 };
    const starts = Int32Array.from(running, (row) => row * units);
    this.#weights.multiply(left, running.length, { numbers: gradients, starts, shift: 0, stride: 1 }, true);
  }
}

function addOutputGradient(pool: Pool, dOutput: View, step: number, gradients: Float32Array): void {
  const numbers = pool.floats(dOutput, 'recurrenceGrad');
  const [stepStride, rowStride, unitStride] = dOutput.strides as [number, number, number];
  const [, B, H] = dOutput.shape as [number, number, number];
  let target = 0;
  for (let row = 0; row < B; row++) {
    let source = dOutput.offset + step * stepStride + row * rowStride;
    for (let unit = 0; unit < H; unit++, target++, source += unitStride) {
      gradients[target] = gradients[target]! + numbers[source]!;
    }
  }
}

/** The numbers of a view, row by row. */
function copy(pool: Pool, view: View, to: Float32Array): void {
  const numbers = pool.floats(view, 'recurrenceGrad');
  const places = offsetsOf(view.shape, view.strides, view.offset);
  for (const [index, place] of places.entries()) to[index] = numbers[place]!;
}

function copyBack(pool: Pool, from: ArrayLike<number>, view: View): void {
  const numbers = pool.floats(view, 'recurrenceGrad');
  const places = offsetsOf(view.shape, view.strides, view.offset);
  for (const [index, place] of places.entries()) numbers[place] = from[index]!;
}
