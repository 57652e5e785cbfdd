import { nestOf, offsetsOf, type View } from '@ostinato/kernel';
import type { Place } from './cell-kernels.js';
import { isWorthPacking, PackedMatrix } from './packed-matrix.js';
import type { Matrix, RightFactor } from './panels.js';
import type { Pool } from './pool.js';
import { UnpackedMatrix } from './unpacked-matrix.js';

/** A time step, and the slots of `states` that hold the states before and after it. */
export interface Step {
  readonly step: number;
  readonly before: number;
  readonly after: number;
}

/** Time steps in the order in which a recurrence takes them. */
export function stepsInOrder(steps: number, reverse: boolean): Step[] {
  return Array.from({ length: steps }, (_, count) => {
    const step = reverse ? steps - 1 - count : count;
    return { step, before: reverse ? step + 1 : step, after: reverse ? step : step + 1 };
  });
}

/** Which rows of a batch still run at a time step, and which are finished. */
export class RunningRows {
  readonly #lengths: Int32Array;

  /** @param lengths [B] i32, or null when all rows run for `steps` */
  constructor(pool: Pool, lengths: View | null, batch: number, steps: number) {
    if (!lengths) this.#lengths = new Int32Array(batch).fill(steps);
    else {
      const numbers = pool.numbers(lengths, 'recurrence');
      this.#lengths = offsetsOf(lengths.shape, lengths.strides, lengths.offset).map(
        (place) => numbers[place]!,
      );
    }
  }

  at(step: number): { running: number[]; finished: number[] } {
    const running: number[] = [];
    const finished: number[] = [];
    for (const [row, length] of this.#lengths.entries()) (step < length ? running : finished).push(row);
    return { running, finished };
  }
}

/** The last two axes of a view (gates or states or parameters, units) as a place for cells; `at` is set later. */
export function placeOf(pool: Pool, view: View, groupAxis: number, unitAxis: number): Place {
  const numbers = pool.floats(view, 'recurrence');
  return { numbers, at: view.offset, group: view.strides[groupAxis]!, unit: view.strides[unitAxis]! };
}

/** R [H, G, H] as a matrix [H, G · H], copied if its gates do not lie one behind the other. */
export function recurrentMatrix(pool: Pool, R: View): Matrix {
  const numbers = pool.floats(R, 'recurrence');
  const [units, gates] = R.shape as [number, number];
  const columns = nestOf(R.shape.slice(1), [R.strides.slice(1)]);
  if (columns.lengths.length === 1) {
    return { numbers, offset: R.offset, depthStride: R.strides[0]!, columnStride: columns.strides[0]![0]! };
  }
  const copy = Float32Array.from(offsetsOf(R.shape, R.strides, R.offset), (place) => numbers[place]!);
  return { numbers: copy, offset: 0, depthStride: gates * units, columnStride: 1 };
}

/** The same matrix with its axes exchanged. */
export function transposed(matrix: Matrix): Matrix {
  return { ...matrix, depthStride: matrix.columnStride, columnStride: matrix.depthStride };
}

/** A matrix ready to be multiplied with up to `rows` rows at every step. `memory` gives room for panels. */
export function rightFactor(
  matrix: Matrix,
  depth: number,
  columns: number,
  rows: number,
  memory: (length: number) => Float64Array,
): RightFactor {
  if (!isWorthPacking(rows)) return new UnpackedMatrix(matrix, depth, columns);
  return new PackedMatrix(matrix, depth, 0, columns, memory(PackedMatrix.size(depth, columns)));
}

/** The rows [G, H] of a view [T, B, G, H]. */
export class SequenceRows {
  readonly #numbers: Float32Array;
  readonly #view: View;
  readonly #places: Int32Array;

  constructor(pool: Pool, view: View) {
    this.#numbers = pool.floats(view, 'recurrenceGrad');
    this.#view = view;
    this.#places = offsetsOf(view.shape.slice(2), view.strides.slice(2), 0);
  }

  start(step: number, row: number): number {
    return this.#view.offset + step * this.#view.strides[0]! + row * this.#view.strides[1]!;
  }

  copy(from: Float32Array, offset: number, step: number, row: number): void {
    const places = this.#places;
    const start = this.start(step, row);
    for (let index = 0; index < places.length; index++) {
      this.#numbers[start + places[index]!] = from[offset + index]!;
    }
  }

  clear(step: number, row: number): void {
    const start = this.start(step, row);
    for (const place of this.#places) this.#numbers[start + place] = 0;
  }
}
