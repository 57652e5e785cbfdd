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
});
