import { type FunctionBuilder, i32, type Local, type Value } from './assembler.js';
import type { Heap } from './heap.js';

/** The layout of an argument block: its fields are whole numbers of 32 bits, in this order. */
export class ArgumentBlock<Name extends string> {
  readonly bytes: number;
  /** The same in whole cache lines, so that blocks of several parts do not share one. */
  readonly paddedBytes: number;
  readonly #names: readonly Name[];

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.bytes = names.length * 4;
    this.paddedBytes = Math.ceil(this.bytes / 64) * 64;
  }

  /** Writes a whole block to an address. */
  write(heap: Heap, address: number, values: { readonly [Field in Name]: number }): void {
    const { integers } = heap;
    for (const [index, name] of this.#names.entries()) integers[address / 4 + index] = values[name];
  }

  /** Reads all fields into variables, in a kernel. */
  load(f: FunctionBuilder, address: Value<'i32'>): { readonly [Field in Name]: Local<'i32'> } {
    const loaded = this.#names.map((name, index) => [name, f.i32(i32.load(address, index * 4))]);
    return Object.fromEntries(loaded) as { readonly [Field in Name]: Local<'i32'> };
  }

  /** Writes some fields, in a kernel. */
  store(
    f: FunctionBuilder,
    address: Value<'i32'>,
    values: { readonly [Field in Name]?: Value<'i32'> },
  ): void {
    for (const [index, name] of this.#names.entries()) {
      const value = values[name];
      if (value) f.do(i32.store(address, value, index * 4));
    }
  }
}
