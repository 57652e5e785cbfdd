import { offsetsOf, type View } from '@ostinato/kernel';
import type { Heap } from '../heap.js';
import { compileKernel, type Kernel } from '../kernel.js';
import type { Runner } from '../runner.js';
import { multiplyBlock, packedBytes, productScratchBytes } from './multiply.js';
import { blockColumns, blockDepth, productBlock, productKernel } from './product.js';

/** Matrix products of views on a heap. */
export class MatmulKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernel: Kernel;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernel = compileKernel(heap, productKernel);
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
    { left, right, out, accumulate }: ProductShape,
    body: (run: (left: number, right: number, out: number) => void) => void,
  ): void {
    const heap = this.#heap;
    const { scratch } = heap;
    const [rows, columns, depth] = [out.starts.length, right.starts.length, left.steps.length];
    scratch.scope(() => {
      const lists = [left.starts, left.steps, right.starts, right.steps, out.starts];
      const places = lists.map((list) => scratch.take(list.byteLength)) as [
        number,
        number,
        number,
        number,
        number,
      ];
      // Rounded up to cache lines, so that parts do not write into each other's.
      const panelBytes = packedBytes(blockDepth(depth), blockColumns(columns));
      const scratchBytes =
        Math.ceil((panelBytes + multiplyBlock.paddedBytes + productScratchBytes(blockDepth(depth))) / 64) *
        64;
      const ownScratch = scratch.take(scratchBytes * this.#runner.parts);
      const args = scratch.take(productBlock.bytes);
      for (const [index, list] of lists.entries()) heap.integers.set(list, places[index]! / 4);
      const [leftStarts, leftSteps, rightStarts, rightSteps, outStarts] = places;
      const fields = {
        leftStarts,
        leftSteps,
        leftContiguous: areNeighbours(left.steps),
        rightStarts,
        rightSteps,
        rightContiguous: areNeighbours(right.steps),
        outStarts,
        outStride: out.stride,
        rows,
        columns,
        depth,
        depthBlock: blockDepth(depth),
        columnBlock: blockColumns(columns),
        accumulate: Number(accumulate),
        scratch: ownScratch,
        panelBytes,
        scratchBytes,
      };
      body((leftOffset, rightOffset, outOffset) => {
        productBlock.write(heap, args, { ...fields, leftOffset, rightOffset, outOffset });
        this.#runner.run(this.#kernel, args, 2 * rows * columns * Math.max(1, depth));
      });
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

/** Whether steps lie one number after the other: 1 or 0. */
function areNeighbours(steps: Int32Array): number {
  return Number(steps.every((step, k) => step === steps[0]! + 4 * k));
}
