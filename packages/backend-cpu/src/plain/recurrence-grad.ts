import {
  offsetsOf,
  type RecurrenceGradArgs,
  sliceView,
  type View,
  withoutRecurrentProduct,
} from '@ostinato/kernel';
import { backwardCell, backwardCellWithoutProduct, innerBackwardCell, type Place } from './cell-kernels.js';
import type { RightFactor, Rows } from './panels.js';
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
const valueMemory = scratch((length) => new Float32Array(length));
const panels = scratch((length) => new Float64Array(length));
const innerPanels = scratch((length) => new Float64Array(length));

/** Back through time in one sweep; the states' gradients are carried in [S, B, H]. */
export function recurrenceGrad(pool: Pool, args: RecurrenceGradArgs): void {
  const { R, parameters, lengths, reverse, states, products, dOutput, dFinal, dParameters, dInitial } = args;
  const [T, B, G, H] = args.x.shape as [number, number, number, number];
  const S = states.shape[0]!;
  const cell = R ? backwardCell(args.cell) : backwardCellWithoutProduct(withoutRecurrentProduct(args.cell));
  const inner = R && args.cell.inner && innerBackwardCell(args.cell);
  const rows = new RunningRows(pool, lengths, B, T);
  const carried = carriedMemory(S * B * H);
  const gradients: Place = { numbers: carried, at: 0, group: B * H, unit: 1 };
  if (dFinal) copy(pool, dFinal, carried);
  else carried.fill(0, 0, S * B * H);

  const backward = R && new GradientProduct(pool, R, args.cell.inner?.gates ?? 0, B);
  const dValue: Place = inner ? { numbers: valueMemory(B * H), at: 0, group: 0, unit: 1 } : nowhere;
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
    const goTo = (index: number, row: number): void => {
      x.at = args.x.offset + step * args.x.strides[0]! + row * args.x.strides[1]!;
      if (products) r.at = products.offset + step * products.strides[0]! + row * products.strides[1]!;
      before.at = states.offset + slot * states.strides[1]! + row * states.strides[2]!;
      gradients.at = row * H;
      dx.at = dxView.start(step, row);
      dr.at = index * G * H;
    };
    for (const [index, row] of running.entries()) {
      goTo(index, row);
      cell(H, x, r, before, own, gradients, dx, dr, dOwn);
    }
    if (inner) {
      backward!.innerInto(dValue.numbers, running.length, H);
      for (const [index, row] of running.entries()) {
        goTo(index, row);
        dValue.at = index * H;
        inner(H, x, r, before, own, dValue, dx, dr, gradients, dOwn);
      }
    }
    if (drView)
      for (const [index, row] of running.entries()) drView.copy(dr.numbers, index * G * H, step, row);
    for (const row of finished) {
      dxView.clear(step, row);
      drView?.clear(step, row);
    }
    backward?.addTo(carried, running, H);
  }
  copyBack(pool, carried, dInitial);
  if (dParameters) copyBack(pool, dOwn.numbers, dParameters);
}

/** The gradients of what was multiplied, from those of the products: dr · Rᵀ, with Rᵀ packed once. */
class GradientProduct {
  /** [running rows, G, H] */
  readonly numbers: Float32Array;
  /** Where the gradients of the inner gates begin among those of a row. */
  readonly #border: number;
  readonly #weights: RightFactor;
  readonly #innerWeights: RightFactor | undefined;
  readonly #starts: Int32Array;

  constructor(pool: Pool, R: View, innerGates: number, batch: number) {
    const [units, gates] = R.shape as [number, number];
    const outer = gates - innerGates;
    const factor = (begin: number, end: number, memory: typeof panels): RightFactor => {
      const matrix = recurrentMatrix(pool, sliceView(R, 1, begin, end));
      return rightFactor(transposed(matrix), (end - begin) * units, units, batch, memory);
    };
    this.#border = outer * units;
    this.#weights = factor(0, outer, panels);
    this.#innerWeights = innerGates > 0 ? factor(outer, gates, innerPanels) : undefined;
    this.numbers = gradientMemory(batch * gates * units);
    this.#starts = Int32Array.from({ length: batch }, (_, row) => row * gates * units);
  }

  /** Adds those of s0 to the gradients [B, H] of the rows that run. */
  addTo(gradients: Float32Array, running: readonly number[], units: number): void {
    const starts = Int32Array.from(running, (row) => row * units);
    const out = { numbers: gradients, starts, shift: 0, stride: 1 };
    this.#weights.multiply(this.#gradients(0), running.length, out, true);
  }

  /** Writes those of the inner values [running rows, H]. */
  innerInto(values: Float32Array, count: number, units: number): void {
    const starts = Int32Array.from({ length: count }, (_, index) => index * units);
    const out = { numbers: values, starts, shift: 0, stride: 1 };
    this.#innerWeights!.multiply(this.#gradients(this.#border), count, out, false);
  }

  #gradients(shift: number): Rows {
    return { numbers: this.numbers, starts: this.#starts, shift, stride: 1 };
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
