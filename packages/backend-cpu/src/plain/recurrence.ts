import { offsetsOf, type RecurrenceArgs, withoutRecurrentProduct } from '@ostinato/kernel';
import { forwardCell, type Place } from './cell-kernels.js';
import type { RightFactor } from './panels.js';
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
const panels = scratch((length) => new Float64Array(length));

/** Stands in for numbers that a cell does not have. */
export const nowhere: Place = { numbers: new Float32Array(0), at: 0, group: 0, unit: 0 };

/** r = s0 · R for the rows that still run, one step at a time: R is packed once. */
class RecurrentProduct {
  /** [running rows, G, H] */
  readonly numbers: Float32Array;
  readonly #weights: RightFactor;
  readonly #states: { numbers: Float32Array; offset: number; slot: number; row: number; unit: number };
  readonly #starts: Int32Array;

  constructor(pool: Pool, R: NonNullable<RecurrenceArgs['R']>, states: RecurrenceArgs['states']) {
    const [units, gates] = R.shape as [number, number];
    const batch = states.shape[2]!;
    const width = gates * units;
    this.#weights = rightFactor(recurrentMatrix(pool, R), units, width, batch, panels);
    this.numbers = productMemory(batch * width);
    this.#starts = Int32Array.from({ length: batch }, (_, row) => row * width);
    const [, slot, row, unit] = states.strides as [number, number, number, number];
    this.#states = { numbers: pool.floats(states, 'recurrence'), offset: states.offset, slot, row, unit };
  }

  /** Computes r from the states in a slot. */
  run(slot: number, running: readonly number[]): void {
    const { numbers, offset, slot: slotStride, row: rowStride, unit } = this.#states;
    const starts = Int32Array.from(running, (row) => row * rowStride);
    const left = { numbers, starts, shift: offset + slot * slotStride, stride: unit };
    const out = { numbers: this.numbers, starts: this.#starts, shift: 0, stride: 1 };
    this.#weights.multiply(left, running.length, out, false);
  }
}

/** A recurrence over a whole sequence. Rows that are finished only have their states copied on. */
export function recurrence(pool: Pool, args: RecurrenceArgs): void {
  const { R, parameters, lengths, reverse, states, products } = args;
  const [T, B, G, H] = args.x.shape as [number, number, number, number];
  const kept = products && new SequenceRows(pool, products);
  const cell = forwardCell(R ? args.cell : withoutRecurrentProduct(args.cell));
  const rows = new RunningRows(pool, lengths, B, T);
  const product = R && new RecurrentProduct(pool, R, states);
  const x = placeOf(pool, args.x, 2, 3);
  const r: Place = product ? { numbers: product.numbers, at: 0, group: H, unit: 1 } : nowhere;
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
    for (const [index, row] of running.entries()) {
      x.at = args.x.offset + slots.step * stepStride + row * rowStride;
      r.at = index * G * H;
      kept?.copy(r.numbers, r.at, slots.step, row);
      before.at = from + row * stateRow;
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
