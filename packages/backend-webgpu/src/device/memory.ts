import { BackendError, LifetimeError, MemoryError, type MemoryUse, type Storage } from '@ostinato/kernel';
import { GpuStorage, type PooledBuffer } from './storage.js';

/** What buffers of numbers are used for. */
export const STORAGE_USAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST

/** Freed buffers are kept as long as they take no more than this and the most that was ever in use: batches differ in length. */
const spareBytes = 32 * 2 ** 20;

/** What memory has to know of the recorder. */
interface Recording {
  /** The number of the submission that is being recorded. */
  readonly submission: number;
  attach(memory: GpuMemory): void;
  guarded<Result>(
    kind: GPUErrorFilter,
    what: string,
    make: (device: GPUDevice) => Result,
    onError?: () => void,
  ): Result;
}

/** Sizes are rounded up to one of four steps for each power of two, so that batches of nearly one length share buffers. */
export function roundedSize(bytes: number): number {
  const least = 256;
  if (bytes <= least) return least;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/**
 * The buffers of a device. Freed ones are lent again at their own size: those that no recorded work waits for first, then those that
 * recorded, but not yet submitted work touches. What is recorded later comes later.
 */
export class GpuMemory {
  readonly #recorder: Recording;
  readonly #maximumBytes: number;
  readonly #free = new Map<number, PooledBuffer[]>();
  readonly #live = new Set<GpuStorage>();
  /** Freed since the last submission. */
  #waiting: PooledBuffer[] = [];
  #liveBytes = 0;
  /** The most that was ever live. */
  #peakBytes = 0;
  #pooledBytes = 0;
  #count = 0;
  #closed = false;

  constructor({ limits }: GPUDevice, recorder: Recording) {
    this.#recorder = recorder;
    recorder.attach(this);
    this.#maximumBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  }

  /**
   * Lends a block.
   * @param scratch only recorded work touches it, nothing is written to it from outside
   * @throws MemoryError for more than one binding holds, LifetimeError after `close`
   */
  alloc(bytes: number, scratch = false): GpuStorage {
    if (this.#closed) throw new LifetimeError('alloc: the backend was disposed; call init again');
    const storage = new GpuStorage(this, bytes, this.#lend(bytes, scratch));
    this.#live.add(storage);
    this.#liveBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    return storage;
  }

  #lend(bytes: number, scratch: boolean): PooledBuffer {
    if (bytes > this.#maximumBytes) {
      throw new MemoryError(
        `alloc: ${bytes} bytes are asked for, but a buffer that kernels can use ends at ${this.#maximumBytes} bytes on this device; ` +
          'use smaller batches or shorter sequences, or ask for more with webgpu({ limits: { maxStorageBufferBindingSize, maxBufferSize } })',
      );
    }
    const size = Math.min(roundedSize(bytes), this.#maximumBytes - (this.#maximumBytes % 4));
    const waits = (): PooledBuffer | undefined => this.#takeWaiting(size);
    const rests = (): PooledBuffer | undefined => this.#free.get(size)?.pop();
    // What is written from outside had better not wait for recorded work: `Recorder.write` would have to submit it first.
    const found = scratch ? (waits() ?? rests()) : (rests() ?? waits());
    if (found) {
      this.#pooledBytes -= size;
      return found;
    }
    const state = { id: this.#count++, size, lastUse: -1, isBroken: false };
    const buffer = this.#recorder.guarded(
      'out-of-memory',
      `alloc: the device has no room for ${size} bytes beside ${this.#liveBytes} bytes in use and ${this.#pooledBytes} kept for reuse`,
      (device) => device.createBuffer({ size, usage: STORAGE_USAGE }),
      () => {
        state.isBroken = true;
        // The next one may find the room that these take.
        while (this.#destroyOldest());
      },
    );
    return Object.assign(state, { buffer });
  }

  #takeWaiting(size: number): PooledBuffer | undefined {
    const index = this.#waiting.findIndex((pooled) => pooled.size === size && !pooled.isBroken);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** Takes a block back. Throws LifetimeError when that has happened before, BackendError for a foreign one. */
  free(storage: Storage): void {
    const pooled = this.open(storage, 'free');
    const lent = storage as GpuStorage;
    lent.buffer = undefined;
    this.#live.delete(lent);
    this.#liveBytes -= lent.bytes;
    this.#pooledBytes += pooled.size;
    if (pooled.lastUse >= this.#recorder.submission) this.#waiting.push(pooled);
    else this.#giveBack(pooled);
  }

  /** To be called when recorded work was submitted. */
  submitted(): void {
    for (const pooled of this.#waiting.splice(0)) this.#giveBack(pooled);
  }

  #giveBack(pooled: PooledBuffer): void {
    if (pooled.isBroken) {
      pooled.buffer.destroy();
      this.#pooledBytes -= pooled.size;
      return;
    }
    const others = this.#free.get(pooled.size);
    if (others) others.push(pooled);
    else this.#free.set(pooled.size, [pooled]);
    while (this.#pooledBytes > this.#peakBytes + spareBytes && this.#destroyOldest());
  }

  /** Whether there was one that nothing waits for. */
  #destroyOldest(): boolean {
    let oldest: PooledBuffer[] | undefined;
    for (const buffers of this.#free.values()) {
      if (buffers.length > 0 && buffers[0]!.lastUse < (oldest?.[0]?.lastUse ?? Infinity)) oldest = buffers;
    }
    const pooled = oldest?.shift();
    if (!pooled) return false;
    pooled.buffer.destroy();
    this.#pooledBytes -= pooled.size;
    return true;
  }

  /** The buffer of a storage. Throws LifetimeError when it was freed, BackendError when another backend made it. */
  open(storage: Storage, where: string): PooledBuffer {
    if (!(storage instanceof GpuStorage) || storage.owner !== this) {
      throw new BackendError(
        `${where}: the storage belongs to another backend; move the tensor to this one first`,
      );
    }
    if (storage.buffer) return storage.buffer;
    throw new LifetimeError(
      `${where}: a storage of ${storage.bytes} bytes is used after it was freed; keep its tensor alive until then`,
    );
  }

  use(): MemoryUse {
    return {
      liveBytes: this.#liveBytes,
      liveStorages: this.#live.size,
      pooledBytes: this.#pooledBytes,
    };
  }

  /** Destroys all buffers. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const pooled = [...this.#waiting, ...[...this.#free.values()].flat()];
    for (const { buffer } of pooled) buffer.destroy();
    for (const storage of this.#live) {
      storage.buffer?.buffer.destroy();
      storage.buffer = undefined;
    }
    this.#free.clear();
    this.#live.clear();
    this.#waiting = [];
    this.#liveBytes = 0;
    this.#pooledBytes = 0;
  }
}
