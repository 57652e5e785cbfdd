import type { Block } from './allocator.js';

/** Bytes of the first chunk: argument blocks, and small buffers. */
const firstBytes = 16384;
const alignment = 64;

/**
 * Memory for the time of one call: argument blocks and buffers are taken one after the other and forgotten together.
 * Scopes nest, so that a kernel may call kernels.
 */
export class Scratch {
  readonly #reserve: (bytes: number) => Block;
  readonly #release: (block: Block) => void;
  #chunks: Block[] = [];
  /** Which chunk is being used, and how much of it. */
  #chunk = 0;
  #used = 0;
  #depth = 0;

  constructor(reserve: (bytes: number) => Block, release: (block: Block) => void) {
    this.#reserve = reserve;
    this.#release = release;
  }

  /** Runs something; what it takes is forgotten when it returns or throws. */
  scope<Result>(body: () => Result): Result {
    const [chunk, used] = [this.#chunk, this.#used];
    this.#depth++;
    try {
      return body();
    } finally {
      this.#chunk = chunk;
      this.#used = used;
      this.#depth--;
      if (this.#depth === 0 && this.#chunks.length > 1) this.#unite();
    }
  }

  /**
   * Bytes at an address that is a multiple of 64, until the scope around ends. The memory may grow to make room, so
   * take typed arrays on it afterwards. Their contents are undefined.
   * @throws MemoryError when memory is exhausted
   */
  take(bytes: number): number {
    while (this.#chunk < this.#chunks.length) {
      const { address, size } = this.#chunks[this.#chunk]!;
      if (this.#used + bytes <= size) {
        const taken = address + this.#used;
        this.#used += Math.ceil(bytes / alignment) * alignment;
        return taken;
      }
      this.#chunk++;
      this.#used = 0;
    }
    this.#chunks.push(this.#reserve(Math.max(bytes, firstBytes)));
    return this.take(bytes);
  }

  /** One chunk in place of several, so that the next call like this one finds room at once. */
  #unite(): void {
    const bytes = this.#chunks.reduce((sum, { size }) => sum + size, 0);
    for (const chunk of this.#chunks) this.#release(chunk);
    this.#chunks = [];
    try {
      this.#chunks.push(this.#reserve(bytes));
    } catch {
      // Memory in one piece is a matter of speed: where there is none, the next call takes pieces again.
    }
  }
}
