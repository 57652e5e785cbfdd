import { BackendError, LifetimeError } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { CpuStorage, Pool } from './pool.js';

describe('Pool', () => {
  it('lends at least what is asked for, and little more', () => {
    const pool = new Pool();
    for (const bytes of [0, 1, 4, 64, 65, 256, 257, 1000, 4097, 1e6, 123_456_788]) {
      const storage = pool.alloc(bytes);
      const capacity = pool.open(storage, 'test').floats.byteLength;
      expect(storage.bytes).toBe(bytes);
      expect(capacity).toBeGreaterThanOrEqual(bytes);
      expect(capacity).toBeLessThanOrEqual(Math.max(64, bytes + 64, bytes * 1.25));
      pool.free(storage);
    }
  });

  it('lends a block again, as a storage of its own', () => {
    const pool = new Pool();
    const first = pool.alloc(1000);
    const block = pool.open(first, 'test');
    pool.free(first);
    const second = pool.alloc(990);
    expect(second).not.toBe(first);
    expect(pool.open(second, 'test')).toBe(block);
    expect(() => pool.open(first, 'test')).toThrow(LifetimeError);
  });

  it('counts what is lent and what is kept', () => {
    const pool = new Pool();
    const [a, b] = [pool.alloc(100), pool.alloc(60)];
    expect(pool.memory()).toEqual({ liveBytes: 160, liveStorages: 2, pooledBytes: 0 });
    pool.free(a);
    expect(pool.memory()).toEqual({ liveBytes: 60, liveStorages: 1, pooledBytes: 128 });
    pool.free(b);
    expect(pool.memory()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 192 });
    pool.alloc(128);
    expect(pool.memory()).toEqual({ liveBytes: 128, liveStorages: 1, pooledBytes: 64 });
  });

  it('keeps no more than its limit', () => {
    const pool = new Pool(1000);
    for (const storage of [pool.alloc(640), pool.alloc(640)]) pool.free(storage);
    expect(pool.memory().pooledBytes).toBe(640);
  });

  it('shows one memory as floats and whole numbers', () => {
    const pool = new Pool();
    const { floats, integers } = pool.open(pool.alloc(4), 'test');
    floats[0] = 1;
    expect(integers[0]).toBe(0x3f800000);
  });

  it('refuses storages that are freed, foreign or of another pool', () => {
    const pool = new Pool();
    const storage = pool.alloc(8);
    pool.free(storage);
    expect(() => pool.free(storage)).toThrow(
      'free: a storage of 8 bytes is used after it was freed; keep its tensor alive until then',
    );
    expect(() => pool.open({ bytes: 4 }, 'map')).toThrow(BackendError);
    expect(() => pool.open(new Pool().alloc(4), 'map')).toThrow(
      'map: the storage belongs to another backend',
    );
  });

  it('is closed for good', () => {
    const pool = new Pool();
    const storage = pool.alloc(8);
    pool.close();
    expect(storage).toBeInstanceOf(CpuStorage);
    expect(() => pool.open(storage, 'read')).toThrow(LifetimeError);
    expect(() => pool.alloc(8)).toThrow('alloc: the backend was disposed; call init again');
    expect(pool.memory()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 0 });
  });
});
