import {
  BackendError,
  ELEMENT_BYTES,
  LifetimeError,
  type MemoryUse,
  type Storage,
  type View,
} from '@ostinato/kernel';

/** The numbers of a view: floats or whole numbers, by its dtype. */
export type Numbers = Float32Array | Int32Array;

/** One block of memory seen as both number types. Blocks outlive the storages that borrow them. */
interface Block {
  readonly floats: Float32Array;
  readonly integers: Int32Array;
}

/** A block on loan, from `alloc` to `free`. */
export class CpuStorage implements Storage {
  readonly bytes: number;
  readonly owner: Pool;
  /** Undefined once the storage is freed. */
  block: Block | undefined;

  constructor(owner: Pool, bytes: number, block: Block) {
    this.owner = owner;
    this.bytes = bytes;
    this.block = block;
  }
}

/** Bytes of free blocks that a pool keeps, unless told otherwise. */
const defaultLimit = 256 * 2 ** 20;

/** Lends blocks of memory and takes them back for reuse. Sizes are rounded up, by at most a quarter above 256 bytes. */
export class Pool {
  readonly #free = new Map<number, Block[]>();
  readonly #live = new Set<CpuStorage>();
  readonly #limit: number;
  #liveBytes = 0;
  #pooledBytes = 0;
  #closed = false;

  /** @param limit how many bytes of free blocks to keep; what comes back beyond that goes to the garbage collector */
  constructor(limit = defaultLimit) {
    this.#limit = limit;
  }

  alloc(bytes: number): CpuStorage {
    if (this.#closed) throw new LifetimeError('alloc: the backend was disposed; call init again');
    const capacity = capacityFor(bytes);
    const pooled = this.#free.get(capacity)?.pop();
    if (pooled) this.#pooledBytes -= capacity;
    const storage = new CpuStorage(this, bytes, pooled ?? newBlock(capacity));
    this.#live.add(storage);
    this.#liveBytes += bytes;
    return storage;
  }

  free(storage: Storage): void {
    const block = this.open(storage, 'free');
    const lent = storage as CpuStorage;
    lent.block = undefined;
    this.#live.delete(lent);
    this.#liveBytes -= lent.bytes;
    const capacity = block.floats.byteLength;
    if (this.#pooledBytes + capacity > this.#limit) return;
    this.#pooledBytes += capacity;
    const same = this.#free.get(capacity);
    if (same) same.push(block);
    else this.#free.set(capacity, [block]);
  }

  /**
   * The memory behind a storage.
   * @throws LifetimeError when it was freed, BackendError when another backend made it
   */
  open(storage: Storage, where: string): Block {
    if (!(storage instanceof CpuStorage) || storage.owner !== this) {
      throw new BackendError(
        `${where}: the storage belongs to another backend; move the tensor to this one first`,
      );
    }
    if (storage.block) return storage.block;
    throw new LifetimeError(
      `${where}: a storage of ${storage.bytes} bytes is used after it was freed; keep its tensor alive until then`,
    );
  }

  /** The numbers of the whole storage behind a view. */
  numbers(view: View, where: string): Numbers {
    const block = this.open(view.storage, where);
    return view.dtype === 'i32' ? block.integers : block.floats;
  }

  /** The floats of the whole storage behind a view. */
  floats(view: View, where: string): Float32Array {
    return this.open(view.storage, where).floats;
  }

  memory(): MemoryUse {
    return { liveBytes: this.#liveBytes, liveStorages: this.#live.size, pooledBytes: this.#pooledBytes };
  }

  /** Drops every block; storages that are still on loan count as freed. */
  close(): void {
    for (const storage of this.#live) storage.block = undefined;
    this.#live.clear();
    this.#free.clear();
    this.#liveBytes = 0;
    this.#pooledBytes = 0;
    this.#closed = true;
  }
}

function newBlock(capacity: number): Block {
  const buffer = new ArrayBuffer(capacity);
  return { floats: new Float32Array(buffer), integers: new Int32Array(buffer) };
}

/** The size class of a block: multiples of 64 bytes up to 256, then four classes for each power of two. */
function capacityFor(bytes: number): number {
  const size = Math.max(bytes, ELEMENT_BYTES);
  const grain = size <= 256 ? 64 : 2 ** (Math.floor(Math.log2(size - 1)) - 2);
  return Math.ceil(size / grain) * grain;
}
