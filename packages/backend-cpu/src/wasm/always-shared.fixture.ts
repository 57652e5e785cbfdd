import { viewOf } from '@ostinato/kernel';
import { WasmBackend } from './backend.js';
import type { Heap } from './heap.js';
import { RecurrenceKernels } from './recurrence/recurrence.js';
import type { Runner } from './runner.js';
import { ThreadPool } from './threads.js';

/**
 * A backend that runs every kernel on several threads, however little work there is. They have started when it is there.
 * @throws Error where they cannot start
 */
export async function alwaysShared(threads: number): Promise<WasmBackend> {
  let pool: ThreadPool | undefined;
  const runner = (heap: Heap): Runner => {
    const own = new ThreadPool(heap, threads, false);
    pool = own;
    return {
      parts: own.parts,
      run: (kernel, args) => own.run(kernel, args, Infinity),
      dispose: () => own.dispose(),
    };
  };
  const backend = new WasmBackend({
    shared: true,
    runner,
    fused: (heap, own) => new RecurrenceKernels(heap, own),
  });
  // Anything makes them start.
  const view = viewOf(backend.alloc(4), [1, 1]);
  backend.matmul(view, view, viewOf(view.storage, [1, 1]));
  backend.free(view.storage);
  for (let waited = 0; !pool?.isReady; waited += 5) {
    if (pool?.problem !== undefined) throw new Error(pool.problem);
    if (waited > 30_000) throw new Error('threads have not started in 30 seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return backend;
}
