import {
  type Backend,
  defineProgram,
  expr,
  identity,
  permuteView,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuBackend } from '../backend.js';
import { backendWith, reasonAgainst, variants } from './variants.fixture.js';

// Large enough that workgroups share results, which the sizes of the conformance suite hardly are.
describe.each(variants)('large reductions, $variant', ({ features }) => {
  const reason = reasonAgainst(features);
  if (reason !== undefined) {
    it.skip(`cannot run here: ${reason}`, () => {});
    return;
  }
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await backendWith(features);
  });
  afterAll(() => backend.dispose());

  const valueAt = (index: number): number => ((index * 7919) % 1009) - 400;

  async function reduced(
    on: Backend,
    shape: readonly number[],
    axes: readonly number[],
    order: readonly number[],
  ): Promise<{ sums: number[]; largest: number[] }> {
    const [x, out] = [on.alloc(sizeOf(shape) * 4), on.alloc(sizeOf(shape) * 4)];
    on.write(
      x,
      Float32Array.from({ length: sizeOf(shape) }, (_, index) => valueAt(index)),
    );
    const view: View = permuteView(viewOf(x, shape), order);
    const result = viewOf(
      out,
      view.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
    );
    const results: Float32Array[] = [];
    for (const op of ['sum', 'max'] as const) {
      on.reduce(op, identity, [view], [], axes, result);
      results.push(new Float32Array(await on.read(out, 0, sizeOf(result.shape) * 4)));
    }
    on.free(x);
    on.free(out);
    return { sums: [...results[0]!], largest: [...results[1]!] };
  }

  it.each([
    { shape: [5000, 3], axes: [0], order: [0, 1] },
    { shape: [3, 5000], axes: [1], order: [0, 1] },
    { shape: [5000, 3], axes: [1], order: [1, 0] },
    { shape: [700, 300], axes: [0], order: [0, 1] },
    { shape: [300, 700], axes: [0], order: [1, 0] },
    { shape: [300, 40], axes: [1], order: [0, 1] },
    { shape: [300, 1000], axes: [1], order: [0, 1] },
    { shape: [300, 3000], axes: [1], order: [0, 1] },
    { shape: [40, 300, 20], axes: [0, 2], order: [0, 1, 2] },
    { shape: [40, 300, 20], axes: [0, 1], order: [1, 2, 0] },
    { shape: [70000], axes: [0], order: [0] },
    { shape: [20, 70, 50], axes: [0, 1, 2], order: [2, 0, 1] },
  ])('of $shape over axes $axes, in the order $order', async ({ shape, axes, order }) => {
    const lengths = order.map((axis) => shape[axis]!);
    const kept = lengths.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const sums = new Array<number>(sizeOf(kept)).fill(0);
    const largest = sums.map(() => Number.NEGATIVE_INFINITY);
    for (let index = 0; index < sizeOf(shape); index++) {
      const position: number[] = [];
      for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
        position[axis] = rest % shape[axis]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      const place = order.reduce(
        (at, axis, own) => at * kept[own]! + (axes.includes(own) ? 0 : position[axis]!),
        0,
      );
      sums[place]! += valueAt(index);
      largest[place] = Math.max(largest[place]!, valueAt(index));
    }
    // Whole numbers below 2^24: sums are exact in any order.
    expect(await reduced(backend, shape, axes, order)).toEqual({ sums, largest });
  });

  it('knows positions in every part', async () => {
    const program = defineProgram({ inputs: 1 }, ({ x }) => [
      expr.mul(x[0]!, expr.add(expr.mul(expr.coordinate(0), 3), expr.coordinate(1))),
    ]);
    const [x, out] = [backend.alloc(4), backend.alloc(4)];
    backend.write(x, Float32Array.of(1));
    const ones: View = { ...viewOf(x, [90, 30]), strides: [0, 0] };
    backend.reduce('sum', program, [ones], [], [0, 1], viewOf(out, [1, 1]));
    expect(new Float32Array(await backend.read(out))[0]).toBe(
      3 * 30 * ((89 * 90) / 2) + 90 * ((29 * 30) / 2),
    );
  });

  it.each([
    [300, 5],
    [300, 100],
    [3, 100],
    [3, 5000],
    [1, 100_000],
  ])('hand NaN and infinity on, in %i rows of %i numbers', async (rows, length) => {
    const numbers = Float32Array.from({ length: rows * length }, (_, index) => (index % 7) - 10);
    // The first row ends with NaN, and the second, where there is one, holds the same infinity everywhere.
    numbers[length - 1] = Number.NaN;
    const x = backend.alloc(numbers.byteLength);
    const out = backend.alloc(rows * 4);
    for (const [op, sign] of [
      ['max', -1],
      ['min', 1],
    ] as const) {
      if (rows > 2) numbers.fill(sign * Number.POSITIVE_INFINITY, length, 2 * length);
      backend.write(x, numbers);
      backend.reduce(op, identity, [viewOf(x, [rows, length])], [], [1], viewOf(out, [rows, 1]));
      const got = [...new Float32Array(await backend.read(out))];
      const expected = Array.from({ length: rows }, (_, row) =>
        numbers
          .subarray(row * length, (row + 1) * length)
          .reduce((a, b) => (op === 'max' ? Math.max(a, b) : Math.min(a, b))),
      );
      expect(got).toEqual(expected);
    }
  });
});
