import type { Storage } from '@ostinato/kernel';

/** A block of GPU memory on loan, from `alloc` to `free`. */
export class GpuStorage implements Storage {
  readonly bytes: number;
  /** The backend's memory that made it; nobody else looks inside. */
  readonly owner: object;
  /** Undefined once the storage is freed. */
  buffer: PooledBuffer | undefined;

  constructor(owner: object, bytes: number, buffer: PooledBuffer) {
    this.owner = owner;
    this.bytes = bytes;
    this.buffer = buffer;
  }
}

/** A buffer of the device that is lent again and again. */
export interface PooledBuffer {
  readonly buffer: GPUBuffer;
  /** Counts buffers of a device, for keys of caches. */
  readonly id: number;
  readonly size: number;
  /** The submission whose recorded work touches it last; see `Recorder.submission`. */
  lastUse: number;
  /** Whether the device had no room for it; such a buffer is not lent again. */
  isBroken: boolean;
}
