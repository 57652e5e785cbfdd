import {
  BackendError,
  checkBytes,
  checkReach,
  checkSize,
  ELEMENT_BYTES,
  LifetimeError,
  MemoryError,
  type MemoryUse,
  type NumberArray,
  type Storage,
  type View,
} from '@ostinato/kernel';
import { Allocator, type Block } from './allocator.js';
import type { ModuleBuilder } from './assembler.js';
import { Scratch } from './scratch.js';

/** Bytes of a page, in which WebAssembly counts memory. */
const pageBytes = 65536;
/** Addresses below are never lent: no block lies at 0. */
const reservedBytes = 64;

/** How much memory a heap has. */
export interface HeapOptions {
  /** Memory at the start; 16 MiB by default. It costs nothing until it is used. */
  readonly initialBytes?: number;
  /** Where growth ends; 4 GiB by default, which is also the most. */
  readonly maximumBytes?: number;
  /** Whether threads may work on it. */
  readonly shared?: boolean;
}

/** A block of the heap on loan, from `alloc` to `free`. */
export class HeapStorage implements Storage {
  readonly bytes: number;
  readonly owner: Heap;
  /** Undefined once the storage is freed. */
  block: Block | undefined;

  constructor(owner: Heap, bytes: number, block: Block) {
    this.owner = owner;
    this.bytes = bytes;
    this.block = block;
  }
}

/**
 * The one memory of a WebAssembly backend, with everything in it. Addresses count bytes. Typed arrays on it (`floats`,
 * `integers`) go stale when it grows, which any `alloc` may do: take them anew after that.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** Memory for the time of one call. */
  readonly scratch: Scratch;
  readonly #allocator: Allocator;
  readonly #live = new Set<HeapStorage>();
  readonly #maximumBytes: number;
  #bytes: number;
  #liveBytes = 0;
  #internalBytes = 0;
  #closed = false;
  #floats: Float32Array<ArrayBuffer>;
  #integers: Int32Array<ArrayBuffer>;

  constructor({ initialBytes = 16 * 2 ** 20, maximumBytes = 2 ** 32, shared = false }: HeapOptions = {}) {
    const initial = Math.ceil(Math.min(initialBytes, maximumBytes) / pageBytes);
    this.shared = shared;
    const { memory, most } = newMemory(initial, Math.ceil(maximumBytes / pageBytes), shared);
    this.memory = memory;
    this.#maximumBytes = Math.min(maximumBytes, most * pageBytes);
    this.#bytes = initial * pageBytes;
    [this.#floats, this.#integers] = arraysOn(this.memory);
    this.#allocator = new Allocator(reservedBytes, (end) => this.#reach(end));
    this.scratch = new Scratch(
      (bytes) => this.reserve(bytes, 'scratch'),
      (block) => this.#takeBack(block),
    );
  }

  /** The whole memory as float32 numbers: an address divided by 4 is an index. */
  get floats(): Float32Array<ArrayBuffer> {
    return this.#floats;
  }
  /** The whole memory as whole numbers: an address divided by 4 is an index. */
  get integers(): Int32Array<ArrayBuffer> {
    return this.#integers;
  }

  /**
   * Lends a block, at an address that is a multiple of 64.
   * @throws MemoryError when memory is exhausted, LifetimeError after `close`, ShapeError for what is no number of bytes
   */
  alloc(bytes: number): HeapStorage {
    if (this.#closed) throw new LifetimeError('alloc: the backend was disposed; call init again');
    checkSize(bytes);
    const storage = new HeapStorage(this, bytes, this.#lend(bytes, 'alloc'));
    this.#live.add(storage);
    this.#liveBytes += bytes;
    return storage;
  }

  /** Takes a block back. Throws LifetimeError when that has happened before, BackendError for a foreign one. */
  free(storage: Storage): void {
    const block = this.#open(storage, 'free');
    const lent = storage as HeapStorage;
    lent.block = undefined;
    this.#live.delete(lent);
    this.#liveBytes -= lent.bytes;
    this.#allocator.release(block);
  }

  /** A block of the backend's own, which `use` does not count as live. Throws MemoryError when memory is exhausted. */
  reserve(bytes: number, where: string): Block {
    const block = this.#lend(bytes, where);
    this.#internalBytes += block.size;
    return block;
  }

  /** The same, or undefined when memory is exhausted. */
  reserveIfPossible(bytes: number): Block | undefined {
    const block = this.#allocator.allocate(bytes);
    if (block) this.#internalBytes += block.size;
    return block;
  }

  #takeBack(block: Block): void {
    this.#internalBytes -= block.size;
    this.#allocator.release(block);
  }

  /** Where a storage lies. Throws LifetimeError when it was freed, BackendError when another backend made it. */
  addressOf(storage: Storage, where: string): number {
    return this.#open(storage, where).address;
  }

  /**
   * Where the first element of a view lies (the one at index 0 along all axes).
   * @throws what `addressOf` throws, and ShapeError for a view that leaves its storage: it would touch what lies beside it
   */
  viewAddress(view: View, where: string): number {
    const { address } = this.#open(view.storage, where);
    checkReach(view, where);
    // A view without elements may begin anywhere.
    return view.shape.includes(0) ? address : address + view.offset * ELEMENT_BYTES;
  }

  /** Copies numbers into a storage. Throws what `addressOf` throws, and ShapeError where they do not fit in. */
  write(storage: Storage, data: NumberArray, byteOffset: number): void {
    const address = this.addressOf(storage, 'write') + byteOffset;
    checkBytes(storage, 'write', byteOffset, data.byteLength);
    const to = data instanceof Int32Array ? this.#integers : this.#floats;
    to.set(data, address / ELEMENT_BYTES);
  }

  /** A copy of bytes of a storage, not shared. Throws what `addressOf` throws, and ShapeError outside the storage. */
  read(storage: Storage, byteOffset: number, bytes: number): ArrayBuffer {
    const address = this.addressOf(storage, 'read') + byteOffset;
    checkBytes(storage, 'read', byteOffset, bytes);
    return new Uint8Array(new Uint8Array(this.memory.buffer, address, bytes)).buffer;
  }

  #open(storage: Storage, where: string): Block {
    if (!(storage instanceof HeapStorage) || storage.owner !== this) {
      throw new BackendError(
        `${where}: the storage belongs to another backend; move the tensor to this one first`,
      );
    }
    if (storage.block) return storage.block;
    throw new LifetimeError(
      `${where}: a storage of ${storage.bytes} bytes is used after it was freed; keep its tensor alive until then`,
    );
  }

  #lend(bytes: number, where: string): Block {
    const block = this.#allocator.allocate(bytes);
    if (block) return block;
    throw new MemoryError(
      `${where}: ${bytes} bytes are asked for, but ${this.#liveBytes} bytes in ${this.#live.size} storages and ` +
        `${this.#internalBytes} bytes of scratch and kernels are in use and memory ends at ${this.#maximumBytes} bytes; ` +
        'use smaller batches or shorter sequences, or free tensors earlier',
    );
  }

  #reach(end: number): boolean {
    if (end <= this.#bytes) return true;
    if (end > this.#maximumBytes) return false;
    // A quarter more each time, so that a memory is grown a few dozen times at most; just enough where that fails.
    const generous = Math.min(this.#maximumBytes, Math.max(end, this.#bytes * 1.25));
    const grown = this.#growTo(generous) || this.#growTo(end);
    if (grown) [this.#floats, this.#integers] = arraysOn(this.memory);
    return grown;
  }

  #growTo(bytes: number): boolean {
    const pages = Math.ceil((bytes - this.#bytes) / pageBytes);
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    this.#bytes += pages * pageBytes;
    return true;
  }

  /** Makes a module work on this memory. */
  importInto(module: ModuleBuilder): void {
    module.importMemory('heap', 'memory', { initial: 1, maximum: 65536, shared: this.shared });
  }

  /** What modules that import this memory, and functions of `Math`, are instantiated with. */
  get imports(): WebAssembly.Imports {
    return { heap: { memory: this.memory }, Math: Math as unknown as WebAssembly.ModuleImports };
  }

  /** Bytes and storages on loan, and bytes kept for reuse. */
  use(): MemoryUse {
    return {
      liveBytes: this.#liveBytes,
      liveStorages: this.#live.size,
      pooledBytes: this.#closed ? 0 : this.#allocator.freeBytes,
    };
  }

  /** Ends the heap; storages that are still on loan count as freed. */
  close(): void {
    for (const storage of this.#live) storage.block = undefined;
    this.#live.clear();
    this.#liveBytes = 0;
    this.#closed = true;
  }
}

function arraysOn({ buffer }: WebAssembly.Memory): [Float32Array<ArrayBuffer>, Int32Array<ArrayBuffer>] {
  return [new Float32Array(buffer), new Int32Array(buffer)];
}

/** Shared memory reserves its maximum at once: where that is too much, half of it is tried, and so on. Sizes count pages. */
function newMemory(
  initial: number,
  maximum: number,
  shared: boolean,
): { readonly memory: WebAssembly.Memory; readonly most: number } {
  for (let most = maximum; ; most = Math.floor(most / 2)) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum: most, shared }), most };
    } catch (error) {
      if (most / 2 < initial) throw error;
    }
  }
}
