import type { View } from '@ostinato/kernel';
import { offsetsOf } from '../../layout.js';
import { call, i32 } from '../assembler.js';
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
  const height = tileRows();
  const tileCount = f.i32(i32.div_u(i32.add(rows, height - 1), height));
  f.if(
    i32.ge_s(tileCount, i32.shl(parts, 1)),
    () => {
      const { begin, end } = shareOf(f, tileCount, part, parts);
      const last = smaller(f, i32.mul(end, height), rows);
      f.do(call(multiply, args, scratch, i32.mul(begin, height), last, 0, panels));
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
        chosen.map((axis) => view.shape[axis]!),
        chosen.map((axis) => view.strides[axis]! * 4),
        0,
      );
    const [row, column] = [rank - 2, rank - 1];
    const left = { starts: places(a, rowAxes), steps: places(a, [column]) };
    const right = { starts: places(b, [column]), steps: places(b, [row]) };
    const result = { starts: places(out, rowAxes), stride: out.strides[column]! * 4 };
    const [lefts, rights, results] = [a, b, out].map((view) => places(view, batchAxes)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    const [leftAddress, rightAddress, outAddress] = [a, b, out].map((view) =>
      this.#heap.viewAddress(view, 'matmul'),
    ) as [number, number, number];
    const shape = { left, right, out: result, accumulate: options.accumulate ?? false };
    this.product(shape, (run) => {
      for (let index = 0; index < results.length; index++)
        run(leftAddress + lefts[index]!, rightAddress + rights[index]!, outAddress + results[index]!);
    });
  }

  /** Products of one layout. @param body runs them, each with the addresses of both factors and of the result */
  product(
    shape: ProductShape,
    body: (run: (left: number, right: number, out: number) => void) => void,
  ): void {
    this.#heap.scratch.scope(() => {
      const product = new PackedProduct(this.#heap, this.#runner, this.#pack, this.#multiply, shape);
      body((left, right, out) => product.run(left, right, out));
    });
  }
}

/** Lines of a factor and the steps along the depth: element (i, k) lies starts[i] + steps[k] bytes behind the factor's first. */
export interface Factor {
  readonly starts: Int32Array;
  readonly steps: Int32Array;
}

/** A product of factors whose layout is known, wherever they begin. */
export interface ProductShape {
  readonly left: Factor;
  readonly right: Factor;
  /** Where rows begin, and how far it is from column to column, in bytes. */
  readonly out: { readonly starts: Int32Array; readonly stride: number };
  readonly accumulate: boolean;
}

/** Products of one layout, block by block. */
class PackedProduct {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #pack: Kernel;
  readonly #multiply: Kernel;
  readonly #shape: ProductShape;
  readonly #lists: { readonly [Name in 'left' | 'leftSteps' | 'right' | 'rightSteps' | 'out']: number };
  readonly #panels: number;
  readonly #args: number;
  readonly #scratch: number;
  readonly #scratchBytes: number;
  readonly #contiguous: { readonly left: number; readonly right: number };

  constructor(heap: Heap, runner: Runner, pack: Kernel, multiply: Kernel, shape: ProductShape) {
    this.#heap = heap;
    this.#runner = runner;
    this.#pack = pack;
    this.#multiply = multiply;
    this.#shape = shape;
    const { left, right, out } = shape;
    const stretch = Math.min(left.steps.length, depthBlock);
    const lists = [left.starts, left.steps, right.starts, right.steps, out.starts];
    const places = lists.map((list) => heap.scratch.take(list.byteLength));
    this.#panels = heap.scratch.take(packedBytes(stretch, Math.min(right.starts.length, columnBlock)));
    this.#args = heap.scratch.take(Math.max(packBytes, productBytes + 12));
    // Rounded up to cache lines, so that parts do not write into each other's.
    this.#scratchBytes = Math.ceil(productScratchBytes(stretch) / 64) * 64;
    this.#scratch = heap.scratch.take(this.#scratchBytes * runner.parts);
    for (const [index, list] of lists.entries()) heap.integers.set(list, places[index]! / 4);
    const [leftAt, leftSteps, rightAt, rightSteps, outAt] = places as [
      number,
      number,
      number,
      number,
      number,
    ];
    this.#contiguous = { left: areNeighbours(left.steps), right: areNeighbours(right.steps) };
    this.#lists = { left: leftAt, leftSteps, right: rightAt, rightSteps, out: outAt };
  }

  run(left: number, right: number, out: number): void {
    const { left: leftFactor, right: rightFactor, out: result, accumulate } = this.#shape;
    const rows = result.starts.length;
    const allColumns = rightFactor.starts.length;
    const allSteps = leftFactor.steps.length;
    for (let column = 0; column < allColumns; column += columnBlock) {
      const columns = Math.min(columnBlock, allColumns - column);
      let start = 0;
      // A product without depth still has to write its zeros.
      do {
        const depth = Math.min(depthBlock, allSteps - start);
        this.#write(packFields, {
          starts: this.#lists.right + column * 4,
          source: right,
          steps: this.#lists.rightSteps + start * 4,
          contiguous: this.#contiguous.right,
          depth,
          columns,
          target: this.#panels,
        });
        this.#runner.run(this.#pack, this.#args, 2 * depth * columns);
        this.#write(productFields, {
          leftStarts: this.#lists.left,
          leftOffset: left,
          leftSteps: this.#lists.leftSteps + start * 4,
          leftContiguous: this.#contiguous.left,
          outStarts: this.#lists.out,
          outOffset: out + column * result.stride,
          outStride: result.stride,
          panels: this.#panels,
          depth,
          columns,
          accumulate: Number(accumulate || start > 0),
        });
        this.#heap.integers.set([rows, this.#scratch, this.#scratchBytes], (this.#args + rowsField) / 4);
        this.#runner.run(this.#multiply, this.#args, 2 * rows * depth * columns);
        start += depthBlock;
      } while (start < allSteps);
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

/** Whether steps lie one number after the other: 1 or 0. */
function areNeighbours(steps: Int32Array): number {
  return Number(steps.every((step, k) => step === steps[0]! + 4 * k));
}
