import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import workerThreads, { Worker, type WorkerOptions } from 'node:worker_threads';
import { type Backend, viewOf } from '@ostinato/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { type CpuBackend, cpu } from '../index.js';
import { alwaysShared } from './always-shared.fixture.js';
import { features } from './features.js';

/** The program of a thread, and what it is started with. */
type Start = [program: string, options: WorkerOptions];

/** Makes Node's threads of another class until the end of the test. */
function replaceWorker(replacement: new (...start: Start) => unknown): void {
  workerThreads.Worker = replacement as typeof Worker;
}
afterEach(() => {
  replaceWorker(Worker);
});

/** Work for several threads: 4 million operations. */
async function product(backend: Backend): Promise<Float32Array> {
  const n = 128;
  const [ones, out] = [viewOf(backend.alloc(4 * n * n), [n, n]), viewOf(backend.alloc(4 * n * n), [n, n])];
  backend.write(ones.storage, new Float32Array(n * n).fill(1));
  backend.matmul(ones, ones, out);
  return new Float32Array(await backend.read(out.storage));
}

describe.skipIf(!features().threads)('threads in Node', () => {
  it('take no processor time while there is no work, and let the process end', async () => {
    const program = fileURLToPath(new URL('asleep.fixture.ts', import.meta.url));
    const window = 300;
    const words = ['--import', import.meta.resolve('tsx'), program, String(window)];
    // A process that does not end by itself is killed, and that rejects.
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 30_000 });
    expect(Number(stdout)).toBeGreaterThanOrEqual(0);
    // Two threads that look for work all the time would take 600 ms on two cores.
    expect(Number(stdout)).toBeLessThan(window / 10);
  });

  it('are gone after dispose', async () => {
    const workers: Worker[] = [];
    replaceWorker(
      class extends Worker {
        constructor(...start: Start) {
          super(...start);
          workers.push(this);
        }
      },
    );
    const backend = await alwaysShared(3);
    expect(workers).toHaveLength(2);
    const exits = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    backend.dispose();
    expect(await Promise.all(exits)).toHaveLength(2);
  });

  it('are done without where none can be started', async () => {
    replaceWorker(
      class {
        constructor() {
          throw new Error('no more threads for this process');
        }
      },
    );
    const backend = (await cpu({ threads: 2 })()) as CpuBackend;
    expect(backend.threads).toBe(2);
    expect(new Set(await product(backend))).toEqual(new Set([128]));
    expect(backend.describe()).toMatch(/on 1 thread, because .*: no more threads for this process$/);
    expect(backend.threads).toBe(1);
    expect(new Set(await product(backend))).toEqual(new Set([128]));
    backend.dispose();
  });

  it('are done without where one fails while it starts', async () => {
    replaceWorker(
      class extends Worker {
        constructor(...[, options]: Start) {
          super('throw new Error("no memory for this thread");', options);
        }
      },
    );
    const backend = (await cpu({ threads: 3 })()) as CpuBackend;
    await product(backend);
    await expect.poll(() => backend.threads).toBe(1);
    expect(backend.describe()).toMatch(/on 1 thread, because .*: no memory for this thread$/);
    expect(new Set(await product(backend))).toEqual(new Set([128]));
    backend.dispose();
  });
});
