import { atomics, f32x4, ModuleBuilder, type Value, v128 } from './assembler.js';

/** What the WebAssembly engine here can do. */
export interface Features {
  /** The engine has WebAssembly, but the page's Content-Security-Policy forbids to compile any. */
  readonly forbidden: boolean;
  /** Vectors of 128 bits; without them the plain TypeScript kernels run. */
  readonly simd: boolean;
  /** Fused multiply-add, where the processor has it. */
  readonly relaxedSimd: boolean;
  /** Shared memory with atomics, as threads need; pages get it only when they are cross-origin isolated. */
  readonly threads: boolean;
}

let known: Features | undefined;

/** What the WebAssembly engine here can do; looked up once. */
export function features(): Features {
  known ??= detect();
  return known;
}

function detect(): Features {
  const none: Features = { forbidden: false, simd: false, relaxedSimd: false, threads: false };
  if (typeof WebAssembly === 'undefined') return none;
  if (!compiles()) return { ...none, forbidden: true };
  const vector = v128.const(new Array<number>(16).fill(0));
  return {
    ...none,
    simd: validates(v128.any_true(f32x4.add(vector, vector))),
    relaxedSimd: validates(v128.any_true(f32x4.relaxed_madd(vector, vector, vector))),
    threads: validates(atomics.load(0), true) && sharesMemory(),
  };
}

/** Whether WebAssembly may be compiled at all: where a policy forbids it, modules still validate. */
function compiles(): boolean {
  try {
    new WebAssembly.Module(new ModuleBuilder().finish());
    return true;
  } catch {
    return false;
  }
}

/** Whether a module is accepted that computes this value. */
function validates(value: Value<'i32'>, shared = false): boolean {
  const module = new ModuleBuilder();
  module.importMemory('heap', 'memory', { initial: 1, maximum: 1, shared });
  module.function('run', { parameters: [], result: 'i32' }, () => value);
  return WebAssembly.validate(module.finish());
}

/** Whether shared memory may be made here and sent to workers. */
function sharesMemory(): boolean {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) return false;
  try {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}
