import { permuteView, sizeOf, uniform, type View, viewOf } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { matmul } from './matmul.js';
import { Pool } from './pool.js';

const pool = new Pool();
let draws = 0;

/** A view with whole numbers from -4 to 4, whose products and sums float32 holds exactly. */
function make(shape: readonly number[]): View {
  const view = viewOf(pool.alloc(4 * sizeOf(shape)), shape);
  const numbers = pool.floats(view, 'test');
  for (let index = 0; index < sizeOf(shape); index++)
    numbers[index] = Math.floor(uniform(1, 2, draws++, 0) * 9) - 4;
  return view;
}

const at = (view: View, ...position: readonly number[]): number =>
  pool.floats(view, 'test')[
    position.reduce((place, step, axis) => place + step * view.strides[axis]!, view.offset)
  ]!;

/** Row by row what a · b is, added to what `out` holds where asked for. */
function expected(a: View, b: View, before?: View): number[][] {
  const [rows, depth] = a.shape as [number, number];
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: b.shape[1]! }, (_, column) => {
      let sum = before ? at(before, row, column) : 0;
      for (let k = 0; k < depth; k++) sum += at(a, row, k) * at(b, k, column);
      return sum;
    }),
  );
}

const contents = (view: View): number[][] =>
  Array.from({ length: view.shape[0]! }, (_, row) =>
    Array.from({ length: view.shape[1]! }, (_, column) => at(view, row, column)),
  );

/** At and beside every edge: of tiles (4, 3), of blocks (rows 64, depth 256, columns 192), and where packing begins. */
const sizes: readonly [rows: number, depth: number, columns: number][] = [
  [1, 1, 1],
  [1, 300, 5],
  [2, 7, 200],
  [3, 5, 3],
  [4, 256, 3],
  [5, 257, 4],
  [7, 1, 193],
  [64, 20, 192],
  [65, 20, 195],
  [66, 513, 2],
  [130, 3, 400],
];

describe('matmul', () => {
  it.each(sizes)('%d x %d times %d columns, both ways round, and accumulating', (rows, depth, columns) => {
    for (const turned of [false, true]) {
      const a = turned ? permuteView(make([depth, rows]), [1, 0]) : make([rows, depth]);
      const b = turned ? permuteView(make([columns, depth]), [1, 0]) : make([depth, columns]);
      const out = turned ? permuteView(make([columns, rows]), [1, 0]) : make([rows, columns]);
      const sum = expected(a, b, out);
      matmul(pool, a, b, out, { accumulate: true });
      expect(contents(out)).toEqual(sum);
      matmul(pool, a, b, out);
      expect(contents(out)).toEqual(expected(a, b));
    }
  });

  it.each([1, 8])('with nothing to sum gives 0, or what was there (%d rows)', (rows) => {
    const out = make([rows, 5]);
    const before = contents(out);
    matmul(pool, make([rows, 0]), make([0, 5]), out, { accumulate: true });
    expect(contents(out)).toEqual(before);
    matmul(pool, make([rows, 0]), make([0, 5]), out);
    expect(
      contents(out)
        .flat()
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('takes empty rows and columns', () => {
    expect(() => matmul(pool, make([0, 3]), make([3, 5]), make([0, 5]))).not.toThrow();
    expect(() => matmul(pool, make([5, 3]), make([3, 0]), make([5, 0]))).not.toThrow();
    expect(() => matmul(pool, make([0, 5, 3]), make([0, 3, 2]), make([0, 5, 2]))).not.toThrow();
  });

  it('makes one product of a batch along which b is repeated, and many where it is not', () => {
    const [outer, inner, rows, depth, columns] = [2, 3, 5, 4, 6];
    const a = make([outer, inner, rows, depth]);
    for (const strides of [
      [0, 0],
      [depth * columns, 0],
      [0, depth * columns],
      [inner * depth * columns, depth * columns],
    ]) {
      const whole = make([outer * inner, depth, columns]);
      const b = { ...whole, shape: [outer, inner, depth, columns], strides: [...strides, columns, 1] };
      const out = make([outer, inner, rows, columns]);
      matmul(pool, a, b, out);
      for (let i = 0; i < outer; i++) {
        for (let j = 0; j < inner; j++) {
          const part = (view: View): View => ({
            ...view,
            shape: view.shape.slice(2),
            strides: view.strides.slice(2),
            offset: view.offset + i * view.strides[0]! + j * view.strides[1]!,
          });
          expect(contents(part(out))).toEqual(expected(part(a), part(b)));
        }
      }
    }
  });

  it('gives a row the same bits whatever rows are beside it', () => {
    const [a, b] = [make([70, 300]), make([300, 7])];
    pool.floats(a, 'test').forEach((value, index, all) => {
      all[index] = value + 0.1;
    });
    const all = make([70, 7]);
    matmul(pool, a, b, all);
    for (const count of [1, 2, 3, 5]) {
      const few = make([count, 7]);
      matmul(pool, { ...a, shape: [count, 300] }, b, few);
      expect(contents(few)).toEqual(contents(all).slice(0, count));
    }
  });
});
