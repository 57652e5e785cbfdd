/** Bytes of the ring, and where blocks in it begin: the alignment that every device takes. */
const ringBytes = 64 * 1024;
const alignment = 256;

/** What dispatches get as uniforms: blocks of one buffer, uploaded together before the dispatches are submitted. */
export class UniformRing {
  readonly buffer: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #words = new Uint32Array(ringBytes / 4);
  #used = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.buffer = device.createBuffer({ size: ringBytes, usage: 0x40 | 0x08 /* UNIFORM | COPY_DST */ });
  }

  /** Whether a block of so many bytes still fits. */
  hasRoom(bytes: number): boolean {
    return this.#used + blockBytes(bytes) <= ringBytes;
  }

  /** Takes a block, and returns where it begins. */
  put(words: ArrayLike<number>): number {
    const offset = this.#used;
    this.#words.set(words, offset / 4);
    this.#used += blockBytes(words.length * 4);
    return offset;
  }

  /** Uploads all blocks; the next one begins at 0 again. */
  upload(): void {
    if (this.#used > 0) this.#device.queue.writeBuffer(this.buffer, 0, this.#words, 0, this.#used / 4);
    this.#used = 0;
  }
}

/** Bytes of a block with so many bytes in it. */
export function blockBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
}
