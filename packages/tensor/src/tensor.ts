import {
  type Backend,
  contiguousStrides,
  type DType,
  ELEMENT_BYTES,
  formatShape,
  identity,
  isContiguous,
  LifetimeError,
  type NumberArray,
  ShapeError,
  sizeOf,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { Buffer } from './buffer.js';
import { insideTidy, register } from './scope.js';
import { Slot } from './tape.js';

/** Numbers nested as deeply as the tensor has axes. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** How a tensor handle takes part in the graph. */
interface Handle {
  slot?: Slot<Tensor> | undefined;
  /** False for the value that a node saves of its own output: counting it would keep the node alive for ever. */
  countsSlot?: boolean;
  /** False for parameters and saved values, which no scope disposes. */
  scoped?: boolean;
}

/**
 * An array of numbers with a shape, on a backend.
 *
 * Operations are functions (`add(a, b)`); they run when called. Reading is asynchronous. Memory is given back by `dispose`, or by
 * the `tidy` in which the tensor was made.
 */
export class Tensor {
  /** The window on backend memory. For kernels and operations; do not keep it beyond the tensor's life. */
  protected window: View;
  protected memory: Buffer;
  readonly slot: Slot<Tensor> | undefined;
  readonly #countsSlot: boolean;
  readonly #version: number;
  #disposed = false;

  /** @internal Takes over one hold on `memory`. Use `tensor`, `zeros`, ... to make tensors. */
  constructor(memory: Buffer, window: View, { slot, countsSlot = true, scoped = true }: Handle = {}) {
    this.memory = memory;
    this.window = window;
    this.slot = slot;
    this.#version = memory.version;
    this.#countsSlot = countsSlot;
    if (slot && countsSlot) slot.retain();
    if (scoped) register(this);
  }

  get shape(): readonly number[] {
    return this.window.shape;
  }
  get dtype(): DType {
    return this.window.dtype;
  }
  /** Number of axes. */
  get rank(): number {
    return this.window.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.window.shape);
  }
  get backend(): Backend {
    return this.memory.backend;
  }
  /** @internal */
  get buffer(): Buffer {
    return this.memory;
  }
  get isDisposed(): boolean {
    return this.#disposed;
  }
  /** Whether gradients flow through this tensor. */
  get requiresGrad(): boolean {
    return this.slot !== undefined;
  }

  /** The window on backend memory. Throws LifetimeError, naming `where`, after disposal. */
  view(where = 'view'): View {
    if (this.#disposed) {
      throw new LifetimeError(
        `${where}: this tensor of shape ${formatShape(this.shape)} was disposed` +
          ' (by dispose, or by the tidy in which it was made); return it from tidy or keep(tensor) to use it later',
      );
    }
    return this.window;
  }

  /** Gives the memory back. Disposing twice does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.memory.release();
    if (this.#countsSlot) this.slot?.release();
  }

  /** @internal Another handle on the same value, held by the graph instead of a scope. */
  save(countsSlot = true): Tensor {
    return new Tensor(this.memory.retain(), this.view('save'), {
      slot: this.slot,
      countsSlot,
      scoped: false,
    });
  }

  /** @internal Throws LifetimeError where the memory was written after this handle was made. */
  assertUnchanged(where: string): void {
    if (this.memory.version !== this.#version) {
      throw new LifetimeError(
        `${where}: a value of shape ${formatShape(this.shape)} that backward needs was overwritten after it was used; ` +
          'update parameters only after backward',
      );
    }
  }

  /** The numbers in row-major order. Throws LifetimeError inside `tidy`. */
  async data(): Promise<NumberArray> {
    const view = this.view('data');
    if (insideTidy()) {
      throw new LifetimeError(
        'data: reading is asynchronous and cannot be done inside tidy; return the tensor and read it outside',
      );
    }
    const { backend } = this.memory;
    const dense = isContiguous(view);
    const storage = dense ? view.storage : backend.alloc(this.size * ELEMENT_BYTES);
    try {
      if (!dense) backend.map(identity, [view], [], [viewOf(storage, view.shape, view.dtype)]);
      const bytes = await backend.read(
        storage,
        dense ? view.offset * ELEMENT_BYTES : 0,
        this.size * ELEMENT_BYTES,
      );
      return view.dtype === 'f32' ? new Float32Array(bytes) : new Int32Array(bytes);
    } finally {
      if (!dense) backend.free(storage);
    }
  }

  /** The numbers as nested arrays. */
  async array(): Promise<NestedNumbers> {
    const data = await this.data();
    const strides = contiguousStrides(this.shape);
    const nest = (axis: number, offset: number): NestedNumbers =>
      axis === this.rank
        ? data[offset]!
        : Array.from({ length: this.shape[axis]! }, (_, index) =>
            nest(axis + 1, offset + index * strides[axis]!),
          );
    return nest(0, 0);
  }

  /** The one number of a tensor of one element. Throws ShapeError for any other. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: needs a tensor of one element, this one has shape ${formatShape(this.shape)}; use data()`,
      );
    }
    return (await this.data())[0]!;
  }

  /** Type, shape and place; the numbers are asynchronous, see `print`. */
  toString(): string {
    const state = this.#disposed ? ', disposed' : '';
    return `Tensor(${this.dtype} ${formatShape(this.shape)} on ${this.backend.name}${state})`;
  }

  /** What Node shows of it in `console.log`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** The numbers as readable text, long axes shortened in the middle. */
  async print(): Promise<string> {
    const { formatTensor } = await import('./format.js');
    return formatTensor(await this.data(), this.shape);
  }
}

/** @internal A new tensor with undefined contents. */
export function allocate(
  backend: Backend,
  shape: readonly number[],
  dtype: DType = 'f32',
  slot?: Slot<Tensor>,
): Tensor {
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new ShapeError(`a shape consists of whole numbers from 0, got ${formatShape(shape)}`);
  }
  const memory = Buffer.allocate(backend, sizeOf(shape));
  return new Tensor(memory, viewOf(memory.storage, shape, dtype), { slot });
}

/** @internal Another window on the memory of `source`. */
export function alias(source: Tensor, view: View, slot?: Slot<Tensor>): Tensor {
  return new Tensor(source.buffer.retain(), view, { slot });
}

/** The same value as a constant: no gradient flows through it. */
export function detach(tensor: Tensor): Tensor {
  return alias(tensor, tensor.view('detach'));
}

/** The same value as a place where gradients are wanted: the start of a graph. Nothing flows further back. */
export function variable(tensor: Tensor): Tensor {
  return alias(tensor, tensor.view('variable'), new Slot<Tensor>());
}
