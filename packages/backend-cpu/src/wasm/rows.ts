import { nestOf, type View } from '@ostinato/kernel';
import { type FunctionBuilder, i32, type Local, type Value } from './assembler.js';
import type { Heap } from './heap.js';
import { type KernelBody, KernelCache, shareOf } from './kernel.js';
import { Lanes, laneCount } from './lanes.js';
import {
  ArgumentLayout,
  kindsOf,
  type Operands,
  type Signature,
  signatureKey,
  signatureOf,
} from './operands.js';
import type { Runner } from './runner.js';
import { Walker } from './walker.js';

/** Where a kernel over rows is written: in the middle of the loops over all rows. */
export class RowCode {
  readonly f: FunctionBuilder;
  readonly lanes: Lanes;
  readonly #walker: Walker;
  readonly #level: number;
  readonly #args: Local<'i32'>;

  constructor(f: FunctionBuilder, args: Local<'i32'>, walker: Walker, signature: Signature) {
    this.f = f;
    this.#args = args;
    this.#walker = walker;
    this.#level = signature.levels - 1;
    this.lanes = new Lanes(f, walker, signature.kinds, this.#level);
  }

  /** Elements of a row. */
  get width(): Local<'i32'> {
    return this.#walker.length(this.#level);
  }
  /** The address of a scalar argument. */
  scalar(index: number): Value<'i32'> {
    return i32.add(this.#args, this.#walker.layout.scalar(index));
  }

  /**
   * Walks through the row once, four elements at a time, and 1 to 3 at its end.
   * @param step gets the elements of an operand, and their number where it is not four
   */
  read(operand: number, step: (elements: Local<'v128'>, left?: Local<'i32'>) => void): void {
    this.#walker.strip(
      this.#level,
      [laneCount],
      () => step(this.lanes.load(operand)),
      (left) => step(this.lanes.loadFirst([operand], left)[0]!, left),
    );
  }

  /** Walks through the row once and writes what `step` makes of the elements of an operand to another one. */
  write(
    from: number,
    to: number,
    step: (elements: Local<'v128'>, left?: Local<'i32'>) => Value<'v128'>,
  ): void {
    const { f, lanes } = this;
    this.#walker.strip(
      this.#level,
      [laneCount],
      () => lanes.store(to, f.v128(step(lanes.load(from)))),
      (left) => {
        const vector = f.v128(step(lanes.loadFirst([from], left)[0]!, left));
        lanes.storeFirst([{ operand: to, vector }], left);
      },
    );
  }
}

/** Runs kernels that take each row (last axis) of some float32 views at a time. */
export class RowKernels {
  readonly #heap: Heap;
  readonly #runner: Runner;
  readonly #kernels: KernelCache;

  constructor(heap: Heap, runner: Runner) {
    this.#heap = heap;
    this.#runner = runner;
    this.#kernels = new KernelCache(heap);
  }

  /**
   * Runs a kernel over all rows; parts share rows.
   * @param views all of one shape, but that the last axis may have length 1
   * @param cost operations for each element
   * @param row writes the code for one row
   */
  run(
    name: string,
    views: readonly View[],
    scalars: readonly number[],
    cost: number,
    row: (code: RowCode) => void,
  ): void {
    const heap = this.#heap;
    const starts = views.map((view) => heap.viewAddress(view, name));
    const { shape } = views[0]!;
    const last = shape.length - 1;
    if (shape.includes(0)) return;
    const rows = nestOf(
      shape.slice(0, -1),
      views.map(({ strides }) => strides.slice(0, -1)),
    );
    const operands: Operands = {
      kinds: kindsOf(views, 0),
      starts,
      nest: {
        lengths: [...rows.lengths, shape[last]!],
        strides: rows.strides.map((own, operand) => {
          const view = views[operand]!;
          return [...own, view.shape[last] === 1 ? 0 : view.strides[last]!];
        }),
      },
    };
    const signature = signatureOf(operands, scalars.length);
    const kernel = this.#kernels.get(`${name}|${signatureKey(signature)}`, () => rowKernel(signature, row));
    heap.scratch.scope(() => {
      const layout = new ArgumentLayout(signature.levels, views.length);
      const count = shape.reduce((product, length) => product * length, 1);
      this.#runner.run(kernel, layout.write(heap, operands, scalars), count * cost);
    });
  }
}

function rowKernel(signature: Signature, row: (code: RowCode) => void): KernelBody {
  return (f, args, part, parts) => {
    const walker = new Walker(f, args, signature);
    const code = new RowCode(f, args, walker, signature);
    const levels = Array.from({ length: signature.levels - 1 }, (_, level) => level);
    walker.inside(levels, () => row(code), shareOf(f, walker.length(0), part, parts));
  };
}
