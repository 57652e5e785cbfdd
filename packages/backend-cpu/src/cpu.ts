import { type Backend, BackendError, type BackendFactory } from '@ostinato/kernel';
import { WasmBackend } from './wasm/backend.js';
import { features } from './wasm/features.js';
import type { Heap } from './wasm/heap.js';
import { RecurrenceKernels } from './wasm/recurrence/recurrence.js';
import { mostParts, oneThread } from './wasm/runner.js';
import type { ThreadPool } from './wasm/threads.js';

/** How the CPU backend is set up. */
export interface CpuOptions {
  /** How many threads work, this one included; as many as there are processor cores by default, but at most 4. */
  readonly threads?: number;
  /** Whether to run in WebAssembly SIMD; by default where the engine has it. Plain JavaScript (slow) where not. */
  readonly simd?: boolean;
  /** Where memory in WebAssembly ends; 4 GiB by default, which is also the most. */
  readonly maximumBytes?: number;
  /** Plain JavaScript only: bytes of freed memory to keep for reuse; 256 MiB by default. */
  readonly poolBytes?: number;
  /**
   * Plain JavaScript only: whether kernels are made from text with `new Function`; by default where that is allowed.
   * Interpreted (slower still) where not.
   */
  readonly compile?: boolean;
}

/** The CPU backend, which can say what it runs on. */
export interface CpuBackend extends Backend {
  /** How many threads work; 1 once it has turned out, at the first large kernel, that no other can be started. */
  readonly threads: number;
  /** For people: instructions, threads, and why there are not more. */
  describe(): string;
}

/** More threads than this seldom help at the sizes of recurrent networks. */
const mostThreads = 4;

/** How many cores there are, as far as the engine tells. */
function cores(): number {
  const { navigator, process } = globalThis as {
    navigator?: { hardwareConcurrency?: number };
    process?: { getBuiltinModule?: (name: string) => { availableParallelism(): number } };
  };
  return process?.getBuiltinModule?.('node:os').availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/**
 * The CPU backend, to be started by `init`: WebAssembly SIMD on several threads where the engine has them, plain JavaScript
 * where it has not. Results do not depend on the number of threads.
 * @example await init([webgpu(), cpu()]);
 */
export function cpu(options: CpuOptions = {}): BackendFactory {
  const { threads, simd = true, maximumBytes } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= mostParts)) {
    throw new BackendError(`cpu: threads must be a whole number from 1 to ${mostParts}, got ${threads}`);
  }
  return async () => {
    if (!simd || !features().simd) return plain(options);
    const wanted = threads ?? Math.min(cores(), mostThreads);
    const possible = features().threads ? wanted : 1;
    // Loaded only where it is wanted: many pages may not share memory.
    const pool = possible > 1 ? (await import('./wasm/threads.js')).ThreadPool : undefined;
    return new WasmCpu(wanted, possible, pool, maximumBytes);
  };
}

/** Loaded only where it is wanted: most engines have SIMD. */
async function plain(options: CpuOptions): Promise<CpuBackend> {
  const { PlainBackend } = await import('./plain/backend.js');
  return Object.assign(new PlainBackend(options), {
    threads: 1,
    describe: () => `plain JavaScript on 1 thread${whyPlain()}`,
  });
}

/** Why not WebAssembly; nothing where it was not wanted. */
function whyPlain(): string {
  const { forbidden, simd } = features();
  if (forbidden) {
    return ", because the page's Content-Security-Policy forbids WebAssembly ('wasm-unsafe-eval' in script-src allows it)";
  }
  return simd ? '' : ', because this engine has no WebAssembly SIMD';
}

/** WebAssembly with as many threads as can be had. */
class WasmCpu extends WasmBackend implements CpuBackend {
  readonly #wanted: number;
  readonly #threads: number;
  readonly #pool: ThreadPool | undefined;

  constructor(
    wanted: number,
    threads: number,
    Pool: (new (heap: Heap, threads: number) => ThreadPool) | undefined,
    maximumBytes: number | undefined,
  ) {
    let pool: ThreadPool | undefined;
    super({
      ...(maximumBytes === undefined ? {} : { maximumBytes }),
      shared: threads > 1,
      runner: (heap) => {
        if (Pool) pool = new Pool(heap, threads);
        return pool ?? oneThread;
      },
      fused: (heap, runner) => {
        const { recurrence, recurrenceGrad } = new RecurrenceKernels(heap, runner);
        return { recurrence, recurrenceGrad };
      },
    });
    this.#wanted = wanted;
    this.#threads = threads;
    this.#pool = pool;
  }

  get threads(): number {
    return this.#pool?.problem === undefined ? this.#threads : 1;
  }

  describe(): string {
    const instructions = features().relaxedSimd
      ? 'WebAssembly SIMD with fused multiply-add'
      : 'WebAssembly SIMD';
    return `${instructions} on ${this.threads} ${this.threads === 1 ? 'thread' : 'threads'}${this.#whyNotMore()}`;
  }

  #whyNotMore(): string {
    if (this.#wanted > this.#threads) {
      return ', because shared memory is missing here (pages need to be cross-origin isolated)';
    }
    const problem = this.#pool?.problem;
    return problem === undefined ? '' : `, because more could not be started: ${problem}`;
  }
}
