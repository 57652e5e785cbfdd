import {
  offsetsOf,
  type RecurrenceArgs,
  sliceView,
  type View,
  withoutRecurrentProduct,
} from '@ostinato/kernel';
import { forwardCell, innerCell, type Place } from './cell-kernels.js';
import type { RightFactor, Rows } from './panels.js';
import type { Pool } from './pool.js';
import { scratch } from './scratch.js';
import {
  placeOf,
  RunningRows,
  recurrentMatrix,
  rightFactor,
  SequenceRows,
  stepsInOrder,
} from './sequence.js';

const productMemory = scratch((length) => new Float32Array(length));
const valueMemory = scratch((length) => new Float32Array(length));
const panels = scratch((length) => new Float64Array(length));
const innerPanels = scratch((length) => new Float64Array(length));

/** Stands in for numbers that a cell does not have. */
export const nowhere: Place = { numbers: new Float32Array(0), at: 0, group: 0, unit: 0 };

/** The products of a step, for the rows that still run: s0 · R, and the inner product. R is packed once. */
class RecurrentProduct {
  /** [running rows, G, H] */
  readonly numbers: Float32Array;
  readonly #units: number;
  /** Where the products of the inner gates begin among those of a row. */
  readonly #border: number;
  readonly #weights: RightFactor;
  readonly #innerWeights: RightFactor | undefined;
  readonly #states: { numbers: Float32Array; offset: number; slot: number; row: number; unit: number };
  readonly #starts: Int32Array;

  constructor(pool: Pool, R: View, innerGates: number, states: View) {
    const [units, gates] = R.shape as [number, number];
    const batch = states.shape[2]!;
    const outer = gates - innerGates;
    const factor = (begin: number, end: number, memory: typeof panels): RightFactor => {
      const matrix = recurrentMatrix(pool, sliceView(R, 1, begin, end));
      return rightFactor(matrix, units, (end - begin) * units, batch, memory);
    };
    this.#units = units;
    this.#border = outer * units;
    this.#weights = factor(0, outer, panels);
    this.#innerWeights = innerGates > 0 ? factor(outer, gates, innerPanels) : undefined;
    this.numbers = productMemory(batch * gates * units);
    this.#starts = Int32Array.from({ length: batch }, (_, row) => row * gates * units);
    const [, slot, row, unit] = states.strides as [number, number, number, number];
    this.#states = { numbers: pool.floats(states, 'recurrence'), offset: states.offset, slot, row, unit };
  }

  /** Computes s0 · R from the states in a slot. */
  run(slot: number, running: readonly number[]): void {
    const { numbers, offset, slot: slotStride, row: rowStride, unit } = this.#states;
    const starts = Int32Array.from(running, (row) => row * rowStride);
    const left = { numbers, starts, shift: offset + slot * slotStride, stride: unit };
    this.#weights.multiply(left, running.length, this.#products(0), false);
  }

  /** Computes the inner product from values [running rows, H]. */
  runInner(values: Float32Array, count: number): void {
    const starts = Int32Array.from({ length: count }, (_, index) => index * this.#units);
    const left = { numbers: values, starts, shift: 0, stride: 1 };
    this.#innerWeights!.multiply(left, count, this.#products(this.#border), false);
  }

  #products(shift: number): Rows {
    return { numbers: this.numbers, starts: this.#starts, shift, stride: 1 };
  }
}

/** A recurrence over a whole sequence. Rows that are finished only have their states copied on. */
export function recurrence(pool: Pool, args: RecurrenceArgs): void {
  const { R, parameters, lengths, reverse, states, products } = args;
  const [T, B, G, H] = args.x.shape as [number, number, number, number];
  const kept = products && new SequenceRows(pool, products);
  const program = R ? args.cell : withoutRecurrentProduct(args.cell);
  const cell = forwardCell(program);
  const inner = program.inner && innerCell(program);
  const rows = new RunningRows(pool, lengths, B, T);
  const product = R && new RecurrentProduct(pool, R, program.inner?.gates ?? 0, states);
  const x = placeOf(pool, args.x, 2, 3);
  const r: Place = product ? { numbers: product.numbers, at: 0, group: H, unit: 1 } : nowhere;
  const value: Place = inner ? { numbers: valueMemory(B * H), at: 0, group: 0, unit: 1 } : nowhere;
  const before = placeOf(pool, states, 0, 3);
  const after = placeOf(pool, states, 0, 3);
  const own = parameters ? placeOf(pool, parameters, 0, 1) : nowhere;
  const [stepStride, rowStride] = args.x.strides as [number, number];
  const [, slotStride, stateRow] = states.strides as [number, number, number];
  const ofRow = offsetsOf([states.shape[0]!, H], [states.strides[0]!, states.strides[3]!], 0);

  for (const slots of stepsInOrder(T, reverse)) {
    const { running, finished } = rows.at(slots.step);
    product?.run(slots.before, running);
    const from = states.offset + slots.before * slotStride;
    const to = states.offset + slots.after * slotStride;
    const goTo = (index: number, row: number): void => {
      x.at = args.x.offset + slots.step * stepStride + row * rowStride;
      r.at = index * G * H;
      before.at = from + row * stateRow;
    };
    if (inner) {
      for (const [index, row] of running.entries()) {
        goTo(index, row);
        value.at = index * H;
        inner(H, x, r, before, own, value);
      }
      product!.runInner(value.numbers, running.length);
    }
    for (const [index, row] of running.entries()) {
      goTo(index, row);
      kept?.copy(r.numbers, r.at, slots.step, row);
      after.at = to + row * stateRow;
      cell(H, x, r, before, own, after);
    }
    for (const row of finished) {
      kept?.clear(slots.step, row);
      for (const place of ofRow) {
        after.numbers[to + row * stateRow + place] = before.numbers[from + row * stateRow + place]!;
      }
    }
  }
}
