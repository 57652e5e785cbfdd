import type { View } from '@ostinato/kernel';
import { offsetsOf } from '../../layout.js';
import { call, i32, type Value } from '../assembler.js';
import type { Heap } from '../heap.js';
import { compileKernel, type Kernel, type KernelBody, shareOf, smaller } from '../kernel.js';
import type { Runner } from '../runner.js';
import {
  multiplyFunction,
  packedBytes,
  productBytes,
  productFields,
  productScratchBytes,
} from './multiply.js';
import { packBytes, packFields, packKernel } from './pack.js';
import { panelWidth, tileRows } from './tiles.js';

/** Steps of the depth and columns that are packed at a time, so that the panels stay in the second-level cache. */
const depthBlock = 384;
const columnBlock = 256;

/** Fields of the multiplying kernel behind those of the product. */
const rowsField = productBytes;
const scratchField = productBytes + 4;
const scratchBytesField = productBytes + 8;

/** Multiplies rows with packed panels. Parts share the rows where there are enough, else the panels. */
const multiplyKernel: KernelBody = (f, args, part, parts, module) => {
  const multiply = multiplyFunction(module);
  const rows = f.i32(i32.load(args, rowsField));
  const panels = f.i32(i32.div_u(i32.add(i32.load(args, productFields.columns), panelWidth - 1), panelWidth));
  const scratch = f.i32(
    i32.add(i32.load(args, scratchField), i32.mul(part, i32.load(args, scratchBytesField))),
  );
  const tiles: Value<'i32'> = i32.div_u(i32.add(rows, tileRows - 1), tileRows);
  const tileCount = f.i32(tiles);
  f.if(
    i32.ge_s(tileCount, i32.shl(parts, 1)),
    () => {
      const { begin, end } = shareOf(f, tileCount, part, parts);
      const last = smaller(f, i32.mul(end, tileRows), rows);
      f.do(call(multiply, args, scratch, i32.mul(begin, tileRows), last, 0, panels));
    },
    () => {
      const { begin, end } = shareOf(f, panels, part, parts);
      f.do(call(multiply, args, scratch, 0, rows, begin, end));
    },
  );
};

/** Matrix products of views on a heap. */
export class MatmulKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #pack: Kernel;
  readonly #multiply: Kernel;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#pack = compileKernel(heap, packKernel);
    this.#multiply = compileKernel(heap, multiplyKernel);
  }

  /**
   * out[..., M, N] = a[..., M, K] · b[..., K, N], or += with `accumulate`. Leading axes along which b is repeated count as
   * rows of one large product, wherever a and out lie.
   */
  run(a: View, b: View, out: View, options: { accumulate?: boolean } = {}): void {
    if (out.shape.includes(0)) return;
    const rank = out.shape.length;
    const axes = out.shape.slice(0, -1).map((_, axis) => axis);
    const isRow = (axis: number): boolean =>
      axis === rank - 2 || b.strides[axis] === 0 || b.shape[axis] === 1;
    const rowAxes = axes.filter(isRow);
    const batchAxes = axes.filter((axis) => !isRow(axis));
    const places = (view: View, chosen: readonly number[]): Int32Array =>
      offsetsOf(
        chosen.map((axis) => out.shape[axis]!),
        chosen.map((axis) => view.strides[axis]! * 4),
        0,
      );
    const heap = this.#heap;
    heap.scratch.scope(() => {
      const rows = { a: places(a, rowAxes), out: places(out, rowAxes) };
      const count = rows.out.length;
      const leftStarts = heap.scratch.take(count * 4);
      const outStarts = heap.scratch.take(count * 4);
      const [depth, columns] = [a.shape[rank - 1]!, out.shape[rank - 1]!];
      const product = new PackedProduct(heap, this.#runner, this.#pack, this.#multiply, depth, columns);
      heap.integers.set(rows.a, leftStarts / 4);
      heap.integers.set(rows.out, outStarts / 4);
      const operand = (view: View): Operand => ({
        addresses: places(view, batchAxes),
        start: heap.viewAddress(view, 'matmul'),
        strides: [view.strides[rank - 2]! * 4, view.strides[rank - 1]! * 4],
      });
      const [left, right, result] = [operand(a), operand(b), operand(out)];
      for (let index = 0; index < result.addresses.length; index++) {
        product.run(
          { starts: leftStarts, offset: left.start + left.addresses[index]!, stride: left.strides[1] },
          { address: right.start + right.addresses[index]!, strides: right.strides },
          { starts: outStarts, offset: result.start + result.addresses[index]!, stride: result.strides[1] },
          count,
          options.accumulate ?? false,
        );
      }
    });
  }
}

interface Operand {
  readonly addresses: Int32Array;
  readonly start: number;
  readonly strides: readonly [number, number];
}

/** Rows anywhere on the heap. Addresses and strides count bytes. */
interface RowsAt {
  readonly starts: number;
  readonly offset: number;
  readonly stride: number;
}

/** Products of one size, block by block. */
class PackedProduct {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #pack: Kernel;
  readonly #multiply: Kernel;
  readonly #depth: number;
  readonly #columns: number;
  readonly #panels: number;
  readonly #args: number;
  readonly #scratch: number;
  readonly #scratchBytes: number;

  constructor(heap: Heap, runner: Runner, pack: Kernel, multiply: Kernel, depth: number, columns: number) {
    this.#heap = heap;
    this.#runner = runner;
    this.#pack = pack;
    this.#multiply = multiply;
    this.#depth = depth;
    this.#columns = columns;
    const stretch = Math.min(depth, depthBlock);
    this.#panels = heap.scratch.take(packedBytes(stretch, Math.min(columns, columnBlock)));
    this.#args = heap.scratch.take(Math.max(packBytes, productBytes + 12));
    // Rounded up to cache lines, so that parts do not write into each other's.
    this.#scratchBytes = Math.ceil(productScratchBytes(stretch) / 64) * 64;
    this.#scratch = heap.scratch.take(this.#scratchBytes * runner.parts);
  }

  run(
    left: RowsAt,
    right: { readonly address: number; readonly strides: readonly [number, number] },
    out: RowsAt,
    rows: number,
    accumulate: boolean,
  ): void {
    const [depthStride, columnStride] = right.strides;
    for (let column = 0; column < this.#columns; column += columnBlock) {
      const columns = Math.min(columnBlock, this.#columns - column);
      let start = 0;
      // A product without depth still has to write its zeros.
      do {
        const depth = Math.min(depthBlock, this.#depth - start);
        const source = right.address + start * depthStride + column * columnStride;
        this.#write(packFields, { source, depthStride, columnStride, depth, columns, target: this.#panels });
        this.#runner.run(this.#pack, this.#args, 2 * depth * columns);
        this.#write(productFields, {
          leftStarts: left.starts,
          leftOffset: left.offset + start * left.stride,
          leftStride: left.stride,
          outStarts: out.starts,
          outOffset: out.offset + column * out.stride,
          outStride: out.stride,
          panels: this.#panels,
          depth,
          columns,
          accumulate: Number(accumulate || start > 0),
        });
        this.#heap.integers.set([rows, this.#scratch, this.#scratchBytes], (this.#args + rowsField) / 4);
        this.#runner.run(this.#multiply, this.#args, 2 * rows * depth * columns);
        start += depthBlock;
      } while (start < this.#depth);
    }
  }

  #write<Fields extends Readonly<Record<string, number>>>(
    fields: Fields,
    values: { readonly [Name in keyof Fields]: number },
  ): void {
    const { integers } = this.#heap;
    for (const name in fields) integers[(this.#args + fields[name]!) / 4] = values[name];
  }
}
