import { type FunctionBuilder, i32, type Local, ModuleBuilder, select, type Value } from './assembler.js';
import type { Heap } from './heap.js';

/**
 * Does one part of a kernel's work: `part` of `parts`, counted from 0. Parts write different outputs and each output is
 * computed in the same way whatever `parts` is, so results do not depend on how many threads there are.
 * @param args address of the argument block, whose layout is the kernel's own
 */
export type Run = (args: number, part: number, parts: number) => void;

/** A kernel that works on the memory of one heap. */
export interface Kernel {
  /** The module in binary form, for other threads to instantiate with the imports of the heap. */
  readonly bytes: Uint8Array;
  readonly run: Run;
}

/** Writes the body of a kernel's `run`. */
export type KernelBody = (
  f: FunctionBuilder,
  args: Local<'i32'>,
  part: Local<'i32'>,
  parts: Local<'i32'>,
  module: ModuleBuilder,
) => void;

/** Compiles kernels for a heap, each once. */
export class KernelCache {
  readonly #compiled = new Map<string, Kernel>();
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The kernel with a key, compiled when it is asked for the first time. */
  get(key: string, write: () => KernelBody): Kernel {
    let kernel = this.#compiled.get(key);
    if (!kernel) {
      kernel = compileKernel(this.#heap, write());
      this.#compiled.set(key, kernel);
    }
    return kernel;
  }
}

/** Compiles a kernel for a heap. Its body may import functions of `Math` and add functions to the module. */
export function compileKernel(heap: Heap, body: KernelBody): Kernel {
  const builder = new ModuleBuilder();
  heap.importInto(builder);
  builder.function('run', { parameters: ['i32', 'i32', 'i32'] }, (f, args, part, parts) =>
    body(f, args, part, parts, builder),
  );
  const bytes = builder.finish();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), heap.imports);
  return { bytes, run: exports.run as unknown as Run };
}

/**
 * The stretch `[begin, end)` of `count` pieces of outer work that belongs to a part.
 * @param grain stretches begin at multiples of it
 */
export function shareOf(
  f: FunctionBuilder,
  count: Value<'i32'>,
  part: Local<'i32'>,
  parts: Local<'i32'>,
  grain = 1,
): { begin: Local<'i32'>; end: Local<'i32'> } {
  const all = f.i32(count);
  const grains = grain === 1 ? all : f.i32(i32.div_u(i32.add(all, grain - 1), grain));
  const chunk = f.i32(i32.mul(i32.div_u(i32.sub(i32.add(grains, parts), 1), parts), grain));
  const begin = f.i32(smaller(f, i32.mul(part, chunk), all));
  const end = f.i32(smaller(f, i32.add(begin, chunk), all));
  return { begin, end };
}

/** The smaller of two whole numbers, compared with sign. */
export function smaller(f: FunctionBuilder, a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  const [first, second] = [f.i32(a), f.i32(b)];
  return select(i32.lt_s(first, second), first as Value<'i32'>, second);
}
