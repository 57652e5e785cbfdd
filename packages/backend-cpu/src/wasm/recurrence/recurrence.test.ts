import {
  type CellProgram,
  contiguousStrides,
  defineCell,
  expr,
  fallback,
  type RecurrenceArgs,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { describe, expect, it } from 'vitest';
import { Heap } from '../heap.js';
import { RecurrenceKernels } from './recurrence.js';

const { add, mul, sigmoid, sub, tanh, zipWith } = expr;
const lstm = defineCell({ name: 'lstm', gates: 4, states: 2, parameters: 3 }, ({ x, r, s: [, c], p }) => {
  const [i, f, g, o] = zipWith(add, x, r) as [typeof c, typeof c, typeof c, typeof c];
  const next = add(
    mul(sigmoid(add(f!, mul(p[0]!, c!))), c!),
    mul(sigmoid(add(i!, mul(p[1]!, c!))), tanh(g!)),
  );
  return [mul(sigmoid(add(o!, mul(p[2]!, next))), tanh(next)), next];
});
const gru = defineCell({ name: 'gru', gates: 3, states: 1, parameters: 1 }, ({ x, r, s: [h], p: [b] }) => {
  const z = sigmoid(add(x[1]!, r[1]!));
  const n = tanh(add(x[2]!, mul(sigmoid(add(x[0]!, r[0]!)), add(r[2]!, b!))));
  return [add(n, mul(z, sub(h!, n)))];
});
const elman = defineCell({ name: 'elman', gates: 1, states: 1 }, ({ x, r }) => [tanh(add(x[0]!, r[0]!))]);

let state = 7;
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.fround((state / 2 ** 31 - 1) * 0.7);
};

const heap = new Heap();
const runners = [1, 2, 3].map((parts) => ({
  parts,
  run: (kernel: { run: (args: number, part: number, parts: number) => void }, args: number) => {
    for (let part = 0; part < parts; part++) kernel.run(args, part, parts);
  },
  dispose: () => {},
}));
const kernels = runners.map((runner) => new RecurrenceKernels(heap, runner));

/** The same numbers on the heap and on the reference backend. */
class Twin {
  readonly oracle = new ReferenceBackend();
  make(
    shape: readonly number[],
    values: readonly number[] | undefined,
    dtype: 'f32' | 'i32' = 'f32',
  ): { own: View; oracle: View } {
    const numbers = values ?? Array.from({ length: sizeOf(shape) }, draw);
    const storage = heap.alloc(numbers.length * 4);
    const at = heap.addressOf(storage, 'test') / 4;
    (dtype === 'f32' ? heap.floats : heap.integers).set(numbers, at);
    const other = this.oracle.alloc(numbers.length * 4);
    this.oracle.write(other, dtype === 'f32' ? Float32Array.from(numbers) : Int32Array.from(numbers));
    return { own: viewOf(storage, shape, dtype), oracle: viewOf(other, shape, dtype) };
  }
  numbers(view: View): number[] {
    const at = heap.addressOf(view.storage, 'test') / 4;
    expect(view.strides).toEqual(contiguousStrides(view.shape));
    return Array.from(heap.floats.subarray(at, at + sizeOf(view.shape)));
  }
}

const cells: [string, CellProgram][] = [
  ['lstm', lstm],
  ['gru', gru],
  ['elman', elman],
];

describe.each(cells)('%s', (_, cell) => {
  const cases = [1, 5].flatMap((T) =>
    [1, 5].flatMap((B) =>
      [1, 4, 6].flatMap((H) =>
        [false, true].flatMap((reverse) => [false, true].map((ragged) => ({ T, B, H, reverse, ragged }))),
      ),
    ),
  );
  it.each(cases)('T $T, B $B, H $H, reverse $reverse, ragged $ragged', ({ T, B, H, reverse, ragged }) => {
    const twin = new Twin();
    const { gates: G, states: S, parameters: P } = cell;
    for (const mixes of [true, false]) {
      const x = twin.make([T, B, G, H], undefined);
      const R = mixes ? twin.make([H, G, H], undefined) : null;
      const parameters = P > 0 ? twin.make([P, H], undefined) : null;
      const lengths = ragged
        ? twin.make(
            [B],
            Array.from({ length: B }, (_, row) => (row * 3) % (T + 1)),
            'i32',
          )
        : null;
      const states = twin.make([S, T + 1, B, H], undefined);
      const products = R && twin.make([T, B, G, H], undefined);
      const args = (side: 'own' | 'oracle'): RecurrenceArgs => ({
        cell,
        x: x[side],
        R: R?.[side] ?? null,
        parameters: parameters?.[side] ?? null,
        lengths: lengths?.[side] ?? null,
        reverse,
        states: states[side],
        products: products?.[side] ?? null,
      });
      fallback.recurrence(twin.oracle, args('oracle'));
      const first = kernels.map((kernel) => {
        kernel.recurrence.run(args('own'));
        return [...twin.numbers(states.own), ...(products ? twin.numbers(products.own) : [])];
      });
      expect(first[1]).toEqual(first[0]);
      expect(first[2]).toEqual(first[0]);
      const compare = (found: number[], view: View): void => {
        const wanted = twin.oracle.values(view);
        for (const [index, value] of found.entries())
          expect(Math.abs(value - wanted[index]!)).toBeLessThan(2e-5);
      };
      compare(first[0]!.slice(0, sizeOf(states.own.shape)), states.oracle);
      if (products) compare(first[0]!.slice(sizeOf(states.own.shape)), products.oracle);

      const dOutput = twin.make([T, B, H], undefined);
      const dFinal = twin.make([S, B, H], undefined);
      const dx = twin.make([T, B, G, H], undefined);
      const dr = R && !cell.sharedGradient ? twin.make([T, B, G, H], undefined) : null;
      const dParameters = parameters && twin.make([P, H], undefined);
      const dInitial = twin.make([S, B, H], undefined);
      const gradArgs = (side: 'own' | 'oracle') => ({
        ...args(side),
        dOutput: dOutput[side],
        dFinal: dFinal[side],
        dx: dx[side],
        dr: dr?.[side] ?? null,
        dParameters: dParameters?.[side] ?? null,
        dInitial: dInitial[side],
      });
      fallback.recurrenceGrad(twin.oracle, gradArgs('oracle'));
      const outs = [dx, dr, dParameters, dInitial].filter((out) => out !== null);
      const runs = kernels.map((kernel) => {
        kernel.recurrenceGrad.run(gradArgs('own'));
        return outs.map((out) => twin.numbers(out.own));
      });
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[2]).toEqual(runs[0]);
      for (const [index, out] of outs.entries()) compare(runs[0]![index]!, out.oracle);
    }
  });
});
