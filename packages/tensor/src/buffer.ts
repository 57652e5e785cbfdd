import { type Backend, ELEMENT_BYTES, type Storage } from '@ostinato/kernel';

/** A storage with the count of tensors that look at it; the last one to go gives it back. */
export class Buffer {
  /** Grows with every write in place, so that backward can tell whether a value that it saved was overwritten. */
  version = 0;
  #holders = 1;

  private constructor(
    readonly backend: Backend,
    readonly storage: Storage,
  ) {}

  /** Memory for `elements` numbers, held once. */
  static allocate(backend: Backend, elements: number): Buffer {
    return new Buffer(backend, backend.alloc(elements * ELEMENT_BYTES));
  }

  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.backend.free(this.storage);
  }
}
