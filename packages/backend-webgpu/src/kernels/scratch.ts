import type { GpuStorage } from '../device/storage.js';
import type { KernelContext } from './context.js';

/** Lends blocks to a kernel that gives them back by itself when it ends. */
export type Scratch = (bytes: number) => GpuStorage;

/** Runs a kernel that needs memory of its own; what it takes is freed when it returns, or throws. */
export function withScratch<Result>({ memory }: KernelContext, use: (scratch: Scratch) => Result): Result {
  const taken: GpuStorage[] = [];
  try {
    return use((bytes) => {
      const storage = memory.alloc(bytes, true);
      taken.push(storage);
      return storage;
    });
  } finally {
    for (const storage of taken) memory.free(storage);
  }
}
