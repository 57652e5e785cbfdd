import { type Backend, BackendError, viewOf } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { type CpuBackend, type CpuOptions, cpu } from './index.js';
import { features } from './wasm/features.js';

const start = async (options?: CpuOptions): Promise<CpuBackend> => (await cpu(options)()) as CpuBackend;

/** A product that is large enough for several threads, as bits. */
async function product(backend: Backend): Promise<Int32Array> {
  const n = 128;
  const [a, b, out] = [0, 1, 2].map(() => viewOf(backend.alloc(4 * n * n), [n, n])) as [
    ReturnType<typeof viewOf>,
    ReturnType<typeof viewOf>,
    ReturnType<typeof viewOf>,
  ];
  backend.write(
    a.storage,
    Float32Array.from({ length: n * n }, (_, at) => Math.sin(at)),
  );
  backend.write(
    b.storage,
    Float32Array.from({ length: n * n }, (_, at) => Math.cos(at)),
  );
  backend.matmul(a, b, out);
  return new Int32Array(await backend.read(out.storage));
}

describe('cpu', () => {
  it('says what it runs on', async () => {
    expect((await start({ simd: false })).describe()).toMatch(/^plain JavaScript on 1 thread/);
    expect((await start({ threads: 1 })).describe()).toMatch(
      features().simd ? /^WebAssembly SIMD( with fused multiply-add)? on 1 thread/ : /^plain JavaScript/,
    );
  });

  it.skipIf(!features().threads)('gives the same bits while its threads start and after that', async () => {
    const one = await product(await start({ threads: 1 }));
    const backend = await start({ threads: 3 });
    expect(backend.describe()).toMatch(/on 3 threads$/);
    expect(backend.threads).toBe(3);
    for (let round = 0; round < 10; round++) {
      expect(await product(backend)).toEqual(one);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    backend.dispose();
  });

  it('refuses numbers of threads that make no sense', () => {
    for (const threads of [0, 1.5, Number.NaN, 256]) {
      expect(() => cpu({ threads })).toThrow(BackendError);
      expect(() => cpu({ threads })).toThrow(/whole number from 1 to 255/);
    }
  });

  it.skipIf(!features().simd)(
    'says how much memory was asked for and is in use when it is exhausted',
    async () => {
      const backend = await start({ threads: 1, maximumBytes: 2 ** 22 });
      backend.alloc(2 ** 21);
      expect(() => backend.alloc(2 ** 23)).toThrow(
        /8388608 bytes are asked for, but 2097152 bytes in 1 storages/,
      );
    },
  );
});
