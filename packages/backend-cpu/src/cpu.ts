import { type Backend, BackendError, type BackendFactory } from '@ostinato/kernel';
import { WasmBackend } from './wasm/backend.js';
import { features } from './wasm/features.js';
import { RecurrenceKernels } from './wasm/recurrence/recurrence.js';

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
  /** How many threads work. */
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
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new BackendError(`cpu: threads must be a whole number from 1, got ${threads}`);
  }
  return async () => (simd && features().simd ? inWebAssembly(threads, maximumBytes) : plain(options));
}

/** Loaded only where it is wanted: most engines have SIMD. */
async function plain(options: CpuOptions): Promise<CpuBackend> {
  const { PlainBackend } = await import('./plain/backend.js');
  const why = features().simd ? '' : ', because this engine has no WebAssembly SIMD';
  return Object.assign(new PlainBackend(options), {
    threads: 1,
    describe: () => `plain JavaScript on 1 thread${why}`,
  });
}

async function inWebAssembly(
  wanted: number | undefined,
  maximumBytes: number | undefined,
): Promise<CpuBackend> {
  const { threads: canShare, relaxedSimd } = features();
  const threads = canShare ? (wanted ?? Math.min(cores(), mostThreads)) : 1;
  // Pages that may not share memory do without.
  const pool = threads > 1 ? (await import('./wasm/threads.js')).ThreadPool : undefined;
  const backend = new WasmBackend({
    ...(maximumBytes === undefined ? {} : { maximumBytes }),
    shared: threads > 1,
    ...(pool ? { runner: (heap) => new pool(heap, threads) } : {}),
    fused: (heap, runner) => {
      const { recurrence, recurrenceGrad } = new RecurrenceKernels(heap, runner);
      return { recurrence, recurrenceGrad };
    },
  });
  const instructions = relaxedSimd ? 'WebAssembly SIMD with fused multiply-add' : 'WebAssembly SIMD';
  const why = canShare
    ? ''
    : ', because shared memory is missing here (pages need to be cross-origin isolated)';
  const describe = (): string =>
    `${instructions} on ${threads} ${threads === 1 ? 'thread' : 'threads'}${why}`;
  return Object.assign(backend, { threads, describe });
}
