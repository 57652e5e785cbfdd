import { viewOf } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { features } from './features.js';
import { Heap } from './heap.js';
import { MatmulKernels } from './matmul/matmul.js';
import { oneThread } from './runner.js';
import { ThreadPool } from './threads.js';

describe.skipIf(!features().threads)('threads', () => {
  it.each([2, 3])('%i give the same bits as one', async (threads) => {
    const heap = new Heap({ shared: true });
    const pool = new ThreadPool(heap, threads);
    const [M, K, N] = [130, 170, 190];
    const operand = (rows: number, columns: number) => {
      const storage = heap.alloc(rows * columns * 4);
      const at = heap.addressOf(storage, 'test') / 4;
      for (let index = 0; index < rows * columns; index++) heap.floats[at + index] = Math.sin(index);
      return viewOf(storage, [rows, columns]);
    };
    const [a, b] = [operand(M, K), operand(K, N)];
    const [one, many] = [operand(M, N), operand(M, N)];
    const numbers = ({ storage }: typeof one): number[] => {
      const at = heap.addressOf(storage, 'test') / 4;
      return Array.from(heap.floats.subarray(at, at + M * N));
    };
    new MatmulKernels(heap, oneThread).run(a, b, one);
    const kernels = new MatmulKernels(heap, pool);
    let shared = 0;
    for (let round = 0; round < 200 && shared < 3; round++) {
      heap.floats.fill(
        0,
        heap.addressOf(many.storage, 'test') / 4,
        heap.addressOf(many.storage, 'test') / 4 + M * N,
      );
      kernels.run(a, b, many);
      expect(numbers(many)).toEqual(numbers(one));
      if (pool.isReady) shared++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(shared).toBe(3);
    pool.dispose();
    kernels.run(a, b, many);
    expect(numbers(many)).toEqual(numbers(one));
  });

  it('goes on alone where a thread cannot compile a kernel, and where its module finds no room', async () => {
    const heap = new Heap({ shared: true });
    const pool = new ThreadPool(heap, 2);
    const ran: string[] = [];
    const kernel = (bytes: Uint8Array) => ({
      bytes,
      run: (args: number, part: number, parts: number) => void ran.push(`${args} ${part}/${parts}`),
    });
    const broken = kernel(new Uint8Array(8));
    for (let waited = 0; waited < 10_000 && pool.problem === undefined; waited += 10) {
      ran.length = 0;
      pool.run(broken, 7, Infinity);
      expect([['7 0/1'], ['7 0/2', '7 1/2']]).toContainEqual(ran);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(pool.problem).toBe('a kernel could not be compiled there');
    expect(pool.isReady).toBe(false);

    const full = new Heap({ shared: true, maximumBytes: 2 ** 20 });
    const other = new ThreadPool(full, 2);
    other.run(kernel(new Uint8Array(8)), 1, Infinity);
    for (let waited = 0; waited < 10_000 && !other.isReady; waited += 10)
      await new Promise((resolve) => setTimeout(resolve, 10));
    ran.length = 0;
    other.run(kernel(new Uint8Array(2 ** 21)), 3, Infinity);
    expect(ran).toEqual(['3 0/1']);
    other.dispose();
  });
});
