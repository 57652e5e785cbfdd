import { contiguousStrides, sizeOf, type View } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { Heap } from '../heap.js';
import { MatmulKernels } from './matmul.js';

const heap = new Heap();
const runners = [1, 2, 3].map((parts) => ({
  parts,
  run: (kernel: { run: (args: number, part: number, parts: number) => void }, args: number) => {
    for (let part = 0; part < parts; part++) kernel.run(args, part, parts);
  },
  dispose: () => {},
}));
const kernels = runners.map((runner) => new MatmulKernels(heap, runner));

let state = 1;
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.fround(state / 2 ** 31 - 1);
};

/** A view of random numbers, optionally with its last two axes exchanged in memory, or with gaps. */
function view(shape: number[], layout: 'rows' | 'columns' | 'gaps'): View {
  const stored = layout === 'columns' ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const gap = layout === 'gaps' ? 3 : 1;
  const storage = heap.alloc((sizeOf(stored) * gap + 5) * 4);
  const strides = contiguousStrides(stored).map((stride) => stride * gap);
  if (layout === 'columns') strides.push(...strides.splice(-2).reverse());
  const address = heap.addressOf(storage, 'test') / 4;
  for (let index = 0; index < sizeOf(stored) * gap + 5; index++) heap.floats[address + index] = draw();
  return { storage, dtype: 'f32', shape, strides, offset: 2 };
}

const at = ({ storage, offset, strides }: View, ...place: number[]): number =>
  heap.floats[
    heap.addressOf(storage, 'test') / 4 +
      offset +
      place.reduce((sum, index, axis) => sum + index * strides[axis]!, 0)
  ]!;

const layouts = ['rows', 'columns', 'gaps'] as const;
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 33];

describe('matmul', () => {
  it('is right for all sizes, layouts and numbers of parts, to the same bits', () => {
    let count = 0;
    for (const M of sizes) {
      for (const N of sizes) {
        for (const K of [0, 1, 3, 4, 5, 31]) {
          const layout = (shift: number) => layouts[(count + shift * (1 + (count >> 3))) % 3]!;
          count++;
          const a = view([M, K], layout(0));
          const b = view([K, N], layout(1));
          const out = view([M, N], layout(2));
          const accumulate = count % 2 === 0;
          const before = Array.from({ length: M * N }, (_, index) =>
            at(out, Math.floor(index / N), index % N),
          );
          const results = kernels.map((kernel) => {
            const base = heap.addressOf(out.storage, 'test') / 4;
            for (let m = 0; m < M; m++)
              for (let n = 0; n < N; n++)
                heap.floats[base + out.offset + m * out.strides[0]! + n * out.strides[1]!] =
                  before[m * N + n]!;
            kernel.run(a, b, out, { accumulate });
            return Array.from({ length: M * N }, (_, index) => at(out, Math.floor(index / N), index % N));
          });
          expect(results[1]).toEqual(results[0]);
          expect(results[2]).toEqual(results[0]);
          for (let m = 0; m < M; m++) {
            for (let n = 0; n < N; n++) {
              let sum = accumulate ? before[m * N + n]! : 0;
              for (let k = 0; k < K; k++) sum += at(a, m, k) * at(b, k, n);
              expect(Math.abs(results[0]![m * N + n]! - sum)).toBeLessThan(1e-5);
            }
          }
          for (const each of [a, b, out]) heap.free(each.storage);
        }
      }
    }
  });

  it('is right beyond one block', () => {
    const [M, K, N] = [13, 900, 530];
    const [a, b, out] = [view([M, K], 'rows'), view([K, N], 'columns'), view([M, N], 'rows')];
    kernels[1]!.run(a, b, out);
    for (const [m, n] of [
      [0, 0],
      [12, 529],
      [7, 256],
      [3, 511],
    ] as const) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += at(a, m, k) * at(b, k, n);
      expect(Math.abs(at(out, m, n) - sum)).toBeLessThan(1e-4);
    }
  });
});
