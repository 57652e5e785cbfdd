import { type DType, offsetsOf, type View } from '@ostinato/kernel';
import { outsideTable } from '../outside-table.js';
import { f32x4, i32, i32x4, type Local, type Value, v128 } from './assembler.js';
import type { Heap } from './heap.js';
import { type KernelBody, KernelCache, shareOf } from './kernel.js';
import { fromFloats, toFloats } from './lanes.js';
import type { Runner } from './runner.js';

/** Fields of an argument block, in bytes: rows to visit, their width, where they are, how far apart columns are. */
const fields = { count: 0, width: 4, sources: 8, targets: 12, sourceStride: 16, targetStride: 20 };
const blockBytes = 24;

/** Rows of tables, found by index. */
export class IndexingKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
  }

  /** out[..., D] = table[N, D] at indices[...]. Throws IndexError outside the table. */
  gather(table: View, indices: View, out: View): void {
    this.#heap.scratch.scope(() => {
      const sources = this.#tableRows(table, indices, 'gather');
      const targets = this.#rows(out, 'gather');
      const kernel = this.#kernel('copy', table, out);
      this.#run(kernel, sources, table.strides[1]!, targets, out.strides.at(-1)!, out);
    });
  }

  /** out[N, D] += updates[..., D] at indices[...], one index after the other. Throws IndexError outside the table. */
  scatterAdd(updates: View, indices: View, out: View): void {
    this.#heap.scratch.scope(() => {
      const targets = this.#tableRows(out, indices, 'scatterAdd');
      const sources = this.#rows(updates, 'scatterAdd');
      const kernel = this.#kernel('add', updates, out);
      this.#run(kernel, sources, updates.strides.at(-1)!, targets, out.strides[1]!, updates);
    });
  }

  #kernel(how: 'copy' | 'add', from: View, to: View) {
    const isDense = from.strides.at(-1) === 1 && to.strides.at(-1) === 1;
    return this.#kernels.get(`${how} ${from.dtype} ${to.dtype} ${isDense}`, () =>
      rowsKernel(how, from.dtype, to.dtype, isDense),
    );
  }

  /** Addresses of the rows that indices point at. */
  #tableRows(table: View, indices: View, where: string): number {
    const heap = this.#heap;
    const start = heap.viewAddress(table, where);
    const first = heap.addressOf(indices.storage, where) / 4;
    const places = offsetsOf(indices.shape, indices.strides, indices.offset);
    const addresses = heap.scratch.take(4 * places.length);
    const { integers } = heap;
    const rows = table.shape[0]!;
    const stride = 4 * table.strides[0]!;
    for (let place = 0; place < places.length; place++) {
      const index = integers[first + places[place]!]!;
      if (!(index >= 0 && index < rows)) throw outsideTable(where, index, place, indices.shape, rows);
      integers[addresses / 4 + place] = start + index * stride;
    }
    return addresses;
  }

  /** Addresses of the rows of a view, in row-major order. */
  #rows(view: View, where: string): number {
    const heap = this.#heap;
    const start = heap.viewAddress(view, where);
    const places = offsetsOf(view.shape.slice(0, -1), view.strides, 0);
    const addresses = heap.scratch.take(4 * places.length);
    const { integers } = heap;
    for (let place = 0; place < places.length; place++)
      integers[addresses / 4 + place] = start + 4 * places[place]!;
    return addresses;
  }

  #run(
    kernel: ReturnType<KernelCache['get']>,
    sources: number,
    sourceStride: number,
    targets: number,
    targetStride: number,
    { shape }: View,
  ): void {
    const width = shape.at(-1)!;
    const count = shape.slice(0, -1).reduce((product, length) => product * length, 1);
    const args = this.#heap.scratch.take(blockBytes);
    this.#heap.integers.set([count, width, sources, targets, 4 * sourceStride, 4 * targetStride], args / 4);
    this.#runner.run(kernel, args, 2 * count * width);
  }
}

/** Visits rows one after the other. Where rows are copied, parts share rows; where they are added up, columns. */
function rowsKernel(how: 'copy' | 'add', from: DType, to: DType, isDense: boolean): KernelBody {
  return (f, args, part, parts) => {
    const field = (name: keyof typeof fields): Local<'i32'> => f.i32(i32.load(args, fields[name]));
    const [count, width, sourceStride, targetStride] = [
      field('count'),
      field('width'),
      field('sourceStride'),
      field('targetStride'),
    ];
    const all = { begin: f.i32(0), end: count };
    const rows = how === 'copy' ? shareOf(f, count, part, parts) : all;
    const columns = how === 'add' ? shareOf(f, width, part, parts, 16) : { begin: f.i32(0), end: width };
    const source = f.i32(i32.add(field('sources'), i32.shl(rows.begin, 2)));
    const target = f.i32(i32.add(field('targets'), i32.shl(rows.begin, 2)));
    const row = f.local('i32');
    const [read, written, left] = [f.local('i32'), f.local('i32'), f.local('i32')];
    const combined = (value: Value<'v128'>, there: Value<'v128'>): Value<'v128'> => {
      if (how === 'copy') return from === to ? value : fromFloats(to, toFloats(from, value));
      if (from === 'i32' && to === 'i32') return i32x4.add(there, value);
      return fromFloats(to, f32x4.add(toFloats(to, there), toFloats(from, value)));
    };
    f.for(row, rows.begin, rows.end, 1, () => {
      f.set(read, i32.add(i32.load(source), i32.mul(columns.begin, sourceStride)));
      f.set(written, i32.add(i32.load(target), i32.mul(columns.begin, targetStride)));
      f.set(left, i32.sub(columns.end, columns.begin));
      if (isDense) {
        f.while(i32.ge_s(left, 4), () => {
          f.do(v128.store(written, combined(v128.load(read), v128.load(written))));
          f.increase(read, 16);
          f.increase(written, 16);
          f.increase(left, -4);
        });
      }
      f.while(i32.gt_s(left, 0), () => {
        const result = f.v128(combined(v128.load32_zero(read), v128.load32_zero(written)));
        f.do(v128.store32_lane(written, result, 0));
        f.increase(read, sourceStride);
        f.increase(written, targetStride);
        f.increase(left, -1);
      });
      f.increase(source, 4);
      f.increase(target, 4);
    });
  };
}
