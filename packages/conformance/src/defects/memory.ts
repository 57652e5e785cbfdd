import type { Backend, Storage } from '@ostinato/kernel';
import type { Defect } from './defect.js';

/** Defers kernels until something needs them; `run` gets the waiting ones. */
function deferring(backend: Backend, run: (waiting: (() => void)[]) => void): Partial<Backend> {
  let waiting: (() => void)[] = [];
  const settle = (): void => {
    const now = waiting;
    waiting = [];
    for (const call of now) call();
  };
  return {
    map: (...args) => void waiting.push(() => backend.map(...args)),
    matmul: (...args) => void waiting.push(() => backend.matmul(...args)),
    reduce: (...args) => void waiting.push(() => backend.reduce(...args)),
    gather: (...args) => void waiting.push(() => backend.gather(...args)),
    scatterAdd: (...args) => void waiting.push(() => backend.scatterAdd(...args)),
    alloc(bytes) {
      settle();
      return backend.alloc(bytes);
    },
    free(storage) {
      settle();
      backend.free(storage);
    },
    write(...args) {
      settle();
      backend.write(...args);
    },
    read(...args) {
      settle();
      return backend.read(...args);
    },
    flush() {
      run(waiting);
      waiting = [];
    },
  };
}

/** Mistakes with memory and with the order of work. */
export const memoryDefects = {
  'storage: the byte offset of write is ignored': {
    group: 'storage',
    apply: (backend) => ({ write: (storage, data) => backend.write(storage, data) }),
  },
  'storage: the byte offset of read is ignored': {
    group: 'storage',
    apply: (backend) => ({ read: (storage, _, bytes) => backend.read(storage, 0, bytes) }),
  },
  'storage: a live block is handed out again': {
    group: 'storage',
    apply: (backend) => {
      // Every tenth block is one that is in use.
      const uses = new Map<Storage, number>();
      let count = 0;
      return {
        alloc(bytes) {
          const live = [...uses.keys()].find((storage) => storage.bytes >= bytes && bytes > 0);
          const storage = ++count % 10 === 0 && live ? live : backend.alloc(bytes);
          uses.set(storage, (uses.get(storage) ?? 0) + 1);
          return storage;
        },
        free(storage) {
          const left = (uses.get(storage) ?? 1) - 1;
          if (left > 0) return void uses.set(storage, left);
          uses.delete(storage);
          backend.free(storage);
        },
      };
    },
  },
  'storage: free twice goes unnoticed': {
    group: 'storage',
    apply: (backend) => ({
      free(storage) {
        try {
          backend.free(storage);
        } catch {
          // Nobody is told.
        }
      },
    }),
  },
  'leaks: matmul keeps a storage': {
    group: 'leaks',
    apply: (backend) => ({
      matmul(...args) {
        backend.alloc(4);
        backend.matmul(...args);
      },
    }),
  },
  'flush: work runs in another order': {
    group: 'flush',
    apply: (backend) =>
      deferring(backend, (waiting) => {
        for (const call of waiting.reverse()) call();
      }),
  },
  'flush: the last call is lost': {
    group: 'flush',
    apply: (backend) =>
      deferring(backend, (waiting) => {
        for (const call of waiting.slice(0, -1)) call();
      }),
  },
} as const satisfies Record<string, Defect>;
