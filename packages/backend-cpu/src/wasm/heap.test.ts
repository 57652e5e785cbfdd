import { BackendError, LifetimeError, MemoryError, viewOf } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { Allocator, type Block } from './allocator.js';
import { f32, ModuleBuilder } from './assembler.js';
import { features } from './features.js';
import { Heap } from './heap.js';

/** Numbers in [0, 1), the same in every run. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

describe('Allocator', () => {
  it('never lends an address twice, and merges what comes back', () => {
    let end = 0;
    const allocator = new Allocator(64, (to) => {
      end = Math.max(end, to);
      return true;
    });
    const next = numbers();
    const live: Block[] = [];
    for (let round = 0; round < 5000; round++) {
      if (live.length > 0 && next() < 0.5) {
        allocator.release(live.splice(Math.floor(next() * live.length), 1)[0]!);
        continue;
      }
      const bytes = Math.floor(2 ** (next() * 16));
      const block = allocator.allocate(bytes)!;
      expect(block.size).toBeGreaterThanOrEqual(bytes);
      expect(block.address % 64).toBe(0);
      const clash = live.find(
        (b) => b.address < block.address + block.size && block.address < b.address + b.size,
      );
      expect(clash).toBeUndefined();
      live.push(block);
      const used = live.reduce((sum, b) => sum + b.size, 0);
      expect(used + allocator.freeBytes).toBe(end - 64);
    }
    for (const block of live) allocator.release(block);
    expect(allocator.freeBytes).toBe(end - 64);
    // One block again: all of it can be lent at once.
    expect(allocator.allocate(end - 64)!.address).toBe(64);
  });

  it('stays small when sizes change from round to round', () => {
    let end = 0;
    const allocator = new Allocator(0, (to) => {
      end = Math.max(end, to);
      return true;
    });
    let most = 0;
    for (let length = 10; length < 200; length++) {
      const blocks = Array.from({ length: 20 }, (_, layer) => allocator.allocate(length * 64 * (layer + 1))!);
      most = Math.max(
        most,
        blocks.reduce((sum, { size }) => sum + size, 0),
      );
      for (const block of blocks) allocator.release(block);
    }
    expect(end).toBeLessThan(1.2 * most);
  });
});

describe('Heap', () => {
  it('counts what is lent and what is kept', () => {
    const heap = new Heap();
    const [a, b] = [heap.alloc(100), heap.alloc(60)];
    expect(heap.use()).toEqual({ liveBytes: 160, liveStorages: 2, pooledBytes: 0 });
    heap.free(a);
    expect(heap.use()).toEqual({ liveBytes: 60, liveStorages: 1, pooledBytes: 128 });
    heap.free(b);
    expect(heap.use()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 192 });
    heap.alloc(128);
    expect(heap.use()).toEqual({ liveBytes: 128, liveStorages: 1, pooledBytes: 64 });
  });

  it('grows, and keeps what was written', () => {
    const heap = new Heap({ initialBytes: 65536 });
    const first = heap.alloc(400);
    heap.floats[heap.addressOf(first, 'test') / 4] = 7;
    const large = heap.alloc(10_000_000);
    const address = heap.addressOf(large, 'test');
    heap.floats[address / 4 + 2_499_999] = 8;
    expect(heap.floats[heap.addressOf(first, 'test') / 4]).toBe(7);
    expect(heap.floats.length * 4).toBeGreaterThanOrEqual(address + 10_000_000);
    expect(heap.integers.length).toBe(heap.floats.length);
    expect(heap.viewAddress(viewOf(large, [3], 'f32', 5), 'test')).toBe(address + 20);
  });

  it('says how much was asked and is in use when memory is exhausted', () => {
    const heap = new Heap({ initialBytes: 65536, maximumBytes: 2 ** 20 });
    const kept = heap.alloc(600_000);
    expect(() => heap.alloc(500_000)).toThrow(MemoryError);
    expect(() => heap.alloc(500_000)).toThrow(
      'alloc: 500000 bytes are asked for, but 600000 bytes in 1 storages and 0 bytes of scratch and kernels are in use and ' +
        'memory ends at 1048576 bytes; use smaller batches',
    );
    expect(heap.use()).toEqual({ liveBytes: 600_000, liveStorages: 1, pooledBytes: 0 });
    heap.free(kept);
    expect(heap.alloc(1_000_000).bytes).toBe(1_000_000);
  });

  it('refuses storages that are freed, foreign or of another heap', () => {
    const heap = new Heap();
    const storage = heap.alloc(8);
    heap.free(storage);
    expect(() => heap.free(storage)).toThrow(
      'free: a storage of 8 bytes is used after it was freed; keep its tensor alive until then',
    );
    expect(() => heap.addressOf({ bytes: 4 }, 'map')).toThrow(BackendError);
    expect(() => heap.addressOf(new Heap().alloc(4), 'map')).toThrow(
      'map: the storage belongs to another backend',
    );
  });

  it('is closed for good', () => {
    const heap = new Heap();
    const storage = heap.alloc(8);
    heap.close();
    expect(() => heap.addressOf(storage, 'read')).toThrow(LifetimeError);
    expect(() => heap.alloc(8)).toThrow('alloc: the backend was disposed; call init again');
    expect(heap.use()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 0 });
  });

  it.each([false, true])('is seen by modules (shared: %s)', (shared) => {
    if (shared && !features().threads) return;
    const heap = new Heap({ shared, maximumBytes: 2 ** 24 });
    const module = new ModuleBuilder();
    heap.importInto(module);
    module.function('run', { parameters: ['i32'] }, (f, at) => f.do(f32.store(at, f32.add(f32.load(at), 1))));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), heap.imports);
    const at = heap.addressOf(heap.alloc(4), 'test');
    heap.floats[at / 4] = 4;
    (instance.exports.run as CallableFunction)(at);
    expect(heap.floats[at / 4]).toBe(5);
  });
});

describe('Scratch', () => {
  it('lends memory by scope, again and again', () => {
    const heap = new Heap({ initialBytes: 65536 });
    const addresses = new Set<number>();
    for (let round = 0; round < 10; round++) {
      heap.scratch.scope(() => {
        const outer = heap.scratch.take(100);
        expect(outer % 64).toBe(0);
        const inner = heap.scratch.scope(() => [heap.scratch.take(200_000), heap.scratch.take(1)]);
        expect(inner[0]! >= outer + 100 || inner[0]! + 200_000 <= outer).toBe(true);
        expect(inner[1]! >= inner[0]! + 200_000 || inner[1]! < inner[0]!).toBe(true);
        if (round > 1) addresses.add(inner[0]!);
      });
    }
    expect(addresses.size).toBe(1);
    expect(heap.use().liveBytes).toBe(0);
  });

  it('forgets what was taken when a scope throws', () => {
    const { scratch } = new Heap();
    const take = () => scratch.scope(() => scratch.take(64));
    const first = take();
    expect(() =>
      scratch.scope(() => {
        scratch.take(64);
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(take()).toBe(first);
  });
});
