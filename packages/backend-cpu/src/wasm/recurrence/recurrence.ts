import {
  type CellProgram,
  type Fused,
  offsetsOf,
  type RecurrenceArgs,
  type RecurrenceGradArgs,
  sliceView,
  type View,
  withoutRecurrentProduct,
} from '@ostinato/kernel';
import type { Heap } from '../heap.js';
import { type Kernel, KernelCache } from '../kernel.js';
import { multiplyBlock, packedBytes, productScratchBytes } from '../matmul/multiply.js';
import { packBlock, packKernel } from '../matmul/pack.js';
import type { Runner } from '../runner.js';
import { type BackwardForm, backwardBlock, backwardKernel } from './backward.js';
import { dealRows } from './deal-rows.js';
import { forwardBlock, forwardKernel, type sequenceNames } from './forward.js';

const bytes = (count: number): number => count * 4;

/** Whether the last axis of a view is contiguous, as cells need it. */
function hasUnitStride(view: View | null): boolean {
  return !view || view.strides.at(-1) === 1 || view.shape.at(-1)! <= 1;
}

/** Whether the last two axes are one contiguous row. */
function isRow(view: View): boolean {
  return hasUnitStride(view) && (view.shape.at(-2)! <= 1 || view.strides.at(-2) === view.shape.at(-1));
}

/** Recurrences on a heap: whole sequences in one call, forward and back. */
export class RecurrenceKernels {
  readonly recurrence: Fused<RecurrenceArgs>;
  readonly recurrenceGrad: Fused<RecurrenceGradArgs>;
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
    this.recurrence = {
      supports: ({ x, R, parameters, states, products }) =>
        [x, parameters, states].every(hasUnitStride) && [R, products].every((view) => !view || isRow(view)),
      run: (args) => this.#forward(args),
    };
    this.recurrenceGrad = {
      supports: ({ x, R, parameters, states, products, dx, dr, dOutput, dFinal, dInitial, dParameters }) =>
        [x, parameters, states, products, dOutput, dFinal, dInitial, dParameters].every(hasUnitStride) &&
        [R, dx, dr].every((view) => !view || isRow(view)),
      run: (args) => this.#backward(args),
    };
  }

  #forward(args: RecurrenceArgs): void {
    const { cell, R, x } = args;
    const [T, B, G, H] = x.shape as [number, number, number, number];
    if (T * B * H === 0) return;
    const kernel = this.#kernels.get(`forward ${R ? 'R' : ''} ${keyOf(cell)}`, () =>
      forwardKernel(R ? cell : withoutRecurrentProduct(cell), R !== null),
    );
    const heap = this.#heap;
    heap.scratch.scope(() => {
      const block = heap.scratch.take(forwardBlock.bytes);
      const shared = this.#shared(args);
      forwardBlock.write(heap, block, {
        ...shared,
        ...this.#views(args),
        ...(R && !args.products ? this.#forgottenProducts(B, G, H) : {}),
        keepsProducts: Number(args.products !== null),
        ...this.#weights(args, false),
        values: this.#innerValues(args),
        valueStarts: cell.inner ? heap.scratch.take(bytes(B)) : 0,
      });
      this.#runner.run(kernel, block, 2 * T * B * G * H * (R ? H : 8));
    });
  }

  #backward(args: RecurrenceGradArgs): void {
    const { cell, R, x, dx, dr, dOutput, dFinal, dInitial, dParameters } = args;
    const [T, B, G, H] = x.shape as [number, number, number, number];
    const S = cell.states;
    const P = cell.parameters;
    const form: BackwardForm = {
      product: !R ? 'none' : dr ? 'separate' : 'shared',
      output: dOutput !== null,
    };
    const kernel = this.#kernels.get(`backward ${form.product} ${form.output} ${keyOf(cell)}`, () =>
      backwardKernel(R ? cell : withoutRecurrentProduct(cell), form),
    );
    const heap = this.#heap;
    heap.scratch.scope(() => {
      const carried = heap.scratch.take(bytes(S * B * H));
      const perRow = heap.scratch.take(bytes(B * P * H));
      const block = heap.scratch.take(backwardBlock.bytes);
      const shared = this.#shared(args);
      const weights = this.#weights(args, true);
      const dValues = this.#innerValues(args);
      const { floats } = heap;
      floats.fill(0, perRow / 4, perRow / 4 + B * P * H);
      if (dFinal) this.#copy(dFinal, carried, true);
      else floats.fill(0, carried / 4, carried / 4 + S * B * H);
      if (T * B * H > 0) {
        backwardBlock.write(heap, block, {
          ...shared,
          ...this.#views(args),
          ...this.#gradientViews(dx, 'dx'),
          ...this.#gradientViews(dr, 'dr'),
          dOutput: dOutput ? heap.viewAddress(dOutput, 'recurrenceGrad') : 0,
          dOutputStep: bytes(dOutput?.strides[0] ?? 0),
          dOutputRow: bytes(dOutput?.strides[1] ?? 0),
          carried,
          carriedState: bytes(B * H),
          dParameters: perRow,
          ...weights,
          dValues,
        });
        this.#runner.run(kernel, block, 4 * T * B * G * H * (R ? H : 8));
      }
      this.#copy(dInitial, carried, false);
      if (dParameters) this.#sumRows(dParameters, perRow, B, P, H);
    });
  }

  /** Scratch and sizes of both sweeps. */
  #shared({ x, reverse, lengths }: RecurrenceArgs) {
    const [T, B, G, H] = x.shape as [number, number, number, number];
    const { scratch } = this.#heap;
    const scratchBytes = Math.ceil(productScratchBytes(G * H) / 64) * 64;
    return {
      steps: T,
      batch: B,
      units: H,
      reverse: Number(reverse),
      order: this.#order(lengths, B),
      rows: scratch.take(bytes(B)),
      leftStarts: scratch.take(bytes(B)),
      outStarts: scratch.take(bytes(B)),
      scratch: scratch.take(scratchBytes * this.#runner.parts),
      scratchBytes,
    };
  }

  #views({ x, parameters, lengths, states, products }: RecurrenceArgs) {
    const address = (view: View | null): number => (view ? this.#heap.viewAddress(view, 'recurrence') : 0);
    return {
      x: address(x),
      xStep: bytes(x.strides[0]!),
      xRow: bytes(x.strides[1]!),
      xGate: bytes(x.strides[2]!),
      states: address(states),
      stateStride: bytes(states.strides[0]!),
      slotStride: bytes(states.strides[1]!),
      stateRow: bytes(states.strides[2]!),
      product: address(products),
      productStep: bytes(products?.strides[0] ?? 0),
      productRow: bytes(products?.strides[1] ?? 0),
      productGate: bytes(products?.strides[2] ?? 0),
      parameters: address(parameters),
      parameterStride: bytes(parameters?.strides[0] ?? 0),
      lengths: address(lengths),
      lengthStride: bytes(lengths?.strides[0] ?? 0),
    } satisfies Partial<Record<(typeof sequenceNames)[number], number>>;
  }

  /** The numbers of rows, as parts get them. */
  #order(lengths: View | null, batch: number): number {
    const heap = this.#heap;
    const address = heap.scratch.take(bytes(batch));
    const { integers } = heap;
    const { parts } = this.#runner;
    const first = lengths && heap.viewAddress(lengths, 'recurrence') / 4;
    const lengthOf = (row: number): number =>
      first === null ? 0 : integers[first + row * lengths!.strides[0]!]!;
    const rows = dealRows(
      Array.from({ length: batch }, (_, row) => lengthOf(row)),
      parts,
    );
    integers.set(rows, address / 4);
    return address;
  }

  /** Room for r of one step, which the next one overwrites. */
  #forgottenProducts(B: number, G: number, H: number) {
    const product = this.#heap.scratch.take(bytes(B * G * H));
    return { product, productStep: 0, productRow: bytes(G * H), productGate: bytes(H) };
  }

  #gradientViews<Name extends 'dx' | 'dr'>(view: View | null, name: Name) {
    const strides = view ? view.strides : [0, 0, 0];
    return {
      [name]: view ? this.#heap.viewAddress(view, 'recurrenceGrad') : 0,
      [`${name}Step`]: bytes(strides[0]!),
      [`${name}Row`]: bytes(strides[1]!),
      [`${name}Gate`]: bytes(strides[2]!),
    } as Record<Name | `${Name}Step` | `${Name}Row` | `${Name}Gate`, number>;
  }

  /** The argument blocks of both products of a step; 0 for what there is not. */
  #weights({ R, cell }: RecurrenceArgs, transposed: boolean) {
    const innerGates = cell.inner?.gates ?? 0;
    if (!R) return { products: 0, innerProducts: 0 };
    const border = cell.gates - innerGates;
    const ofGates = (begin: number, end: number): View => sliceView(R, 1, begin, end);
    return {
      products: this.#products(ofGates(0, border), transposed, transposed),
      innerProducts: innerGates > 0 ? this.#products(ofGates(border, cell.gates), transposed, false) : 0,
    };
  }

  /** Room for what the inner product multiplies, or its gradient: [B, H]. */
  #innerValues({ x, R, cell }: RecurrenceArgs): number {
    const [, B, , H] = x.shape as [number, number, number, number];
    return R && cell.inner ? this.#heap.scratch.take(bytes(B * H)) : 0;
  }

  /** Packs R, or its transpose, and prepares the argument blocks of products with it, one for each part. */
  #products(R: View, transposed: boolean, accumulate: boolean): number {
    const heap = this.#heap;
    const [H, G] = R.shape as [number, number];
    const [depth, columns] = transposed ? [G * H, H] : [H, G * H];
    const panels = heap.scratch.take(packedBytes(depth, columns));
    const blocks = heap.scratch.take(multiplyBlock.paddedBytes * this.#runner.parts);
    const packArgs = heap.scratch.take(packBlock.bytes);
    const rowStride = bytes(R.strides[0]!);
    const lines = (count: number, stride: number): number => {
      const list = heap.scratch.take(bytes(count));
      for (let index = 0; index < count; index++) heap.integers[list / 4 + index] = index * stride;
      return list;
    };
    packBlock.write(heap, packArgs, {
      starts: lines(columns, transposed ? rowStride : 4),
      source: heap.viewAddress(R, 'recurrence'),
      steps: lines(depth, transposed ? 4 : rowStride),
      contiguous: Number(transposed),
      depth,
      columns,
      target: panels,
    });
    this.#runner.run(this.#pack, packArgs, 2 * depth * columns);
    const product = {
      leftStarts: 0,
      leftOffset: 0,
      leftSteps: lines(depth, 4),
      leftContiguous: 1,
      outStarts: 0,
      outOffset: 0,
      outStride: 4,
      panels,
      depth,
      columns,
      accumulate: Number(accumulate),
    };
    for (let part = 0; part < this.#runner.parts; part++)
      multiplyBlock.write(heap, blocks + part * multiplyBlock.paddedBytes, product);
    return blocks;
  }

  get #pack(): Kernel {
    return this.#kernels.get('pack', () => packKernel);
  }

  /** Copies a view from or to contiguous numbers. */
  #copy(view: View, address: number, fromView: boolean): void {
    const { floats } = this.#heap;
    const first = this.#heap.viewAddress(view, 'recurrenceGrad') / 4;
    const places = offsetsOf(view.shape, view.strides, first);
    const base = address / 4;
    if (fromView)
      for (let index = 0; index < places.length; index++) floats[base + index] = floats[places[index]!]!;
    else for (let index = 0; index < places.length; index++) floats[places[index]!] = floats[base + index]!;
  }

  /** Sums [B, P, H] over rows, always in the same order. */
  #sumRows(target: View, source: number, batch: number, parameters: number, units: number): void {
    const { floats } = this.#heap;
    const places = offsetsOf(
      target.shape,
      target.strides,
      this.#heap.viewAddress(target, 'recurrenceGrad') / 4,
    );
    for (let index = 0; index < parameters * units; index++) {
      let sum = 0;
      for (let row = 0; row < batch; row++) sum += floats[source / 4 + row * parameters * units + index]!;
      floats[places[index]!] = sum;
    }
  }
}

/** Cells with equal programs share kernels. */
function keyOf({ gates, states, parameters, output, forward, backward, inner }: CellProgram): string {
  const within = inner ? ` ${inner.gates} ${inner.forward.key}` : '';
  return `${gates},${states},${parameters},${output} ${forward.key} ${backward.key}${within}`;
}
