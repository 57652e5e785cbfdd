import { describe, expect, it } from 'vitest';
import { GpuMemory, roundedSize } from './memory.js';
import type { GpuStorage, PooledBuffer } from './storage.js';

const MiB = 2 ** 20;

/** Memory on a device that only counts. */
function memoryOn() {
  const destroyed: number[] = [];
  const device = {
    limits: { maxBufferSize: 256 * MiB, maxStorageBufferBindingSize: 128 * MiB },
    createBuffer: ({ size }: { size: number }) => ({ size, destroy: () => destroyed.push(size) }),
  } as unknown as GPUDevice;
  const recording = {
    submission: 0,
    attach: () => {},
    guarded: <Result>(
      _kind: GPUErrorFilter,
      _what: string,
      make: (device: GPUDevice) => Result,
      onError?: () => void,
    ) => {
      failures.push(onError!);
      return make(device);
    },
  };
  /** What to call when the device had no room for a buffer, for each buffer that was made. */
  const failures: (() => void)[] = [];
  const memory = new GpuMemory(device, recording);
  const buffer = (storage: GpuStorage): PooledBuffer => memory.open(storage, 'test');
  return { memory, recording, destroyed, buffer, failures };
}

describe('roundedSize', () => {
  it('takes four steps for each power of two', () => {
    expect([1, 256, 257, 1024, 1025, 5000].map(roundedSize)).toEqual([256, 256, 512, 1024, 1280, 5120]);
    for (const bytes of [3000, 70000, 1234567]) {
      expect(roundedSize(bytes)).toBeGreaterThanOrEqual(bytes);
      expect(roundedSize(bytes)).toBeLessThanOrEqual(1.25 * bytes);
      expect(roundedSize(bytes) % 256).toBe(0);
    }
  });
});

describe('GpuMemory', () => {
  it('lends a freed buffer again', () => {
    const { memory, buffer } = memoryOn();
    const first = memory.alloc(1000);
    const used = buffer(first);
    memory.free(first);
    expect(buffer(memory.alloc(900))).toBe(used);
    expect(memory.use()).toEqual({ liveBytes: 900, liveStorages: 1, pooledBytes: 0 });
  });

  it('lends what recorded work uses only where nothing else is free, but to other recorded work at once', () => {
    const { memory, recording, buffer } = memoryOn();
    const [first, second] = [memory.alloc(1000), memory.alloc(1000)];
    const [waiting, resting] = [buffer(first), buffer(second)];
    waiting.lastUse = recording.submission;
    memory.free(second);
    memory.free(first);
    const [third, fourth] = [memory.alloc(1000), memory.alloc(1000)];
    expect([buffer(third), buffer(fourth)]).toEqual([resting, waiting]);
    memory.free(third);
    memory.free(fourth);
    const scratch = memory.alloc(1000, true);
    expect(buffer(scratch)).toBe(waiting);
    memory.free(scratch);
    recording.submission = 1;
    memory.submitted();
    expect(memory.use()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 2048 });
    expect(new Set([memory.alloc(1000), memory.alloc(1000)].map(buffer))).toEqual(
      new Set([waiting, resting]),
    );
  });

  it('destroys those that were not used for longest when it keeps more than was ever in use', () => {
    const { memory, recording, destroyed, buffer } = memoryOn();
    for (const [step, size] of [40, 20, 24, 28, 32].entries()) {
      recording.submission = step + 1;
      const storage = memory.alloc(size * MiB);
      buffer(storage).lastUse = step;
      memory.free(storage);
    }
    // 144 MiB are more than 40, the most that was in use, and 32.
    expect(destroyed.map((size) => size / MiB)).toEqual([40, 20, 24]);
    expect(memory.use().pooledBytes).toBe(60 * MiB);
  });

  it('does not lend again what the device had no room for, and makes room', () => {
    const { memory, destroyed, buffer, failures } = memoryOn();
    const [spare, large] = [memory.alloc(MiB), memory.alloc(8 * MiB)];
    memory.free(spare);
    const broken = buffer(large);
    failures[1]!();
    expect(destroyed).toEqual([MiB]);
    memory.free(large);
    expect(destroyed).toEqual([MiB, 8 * MiB]);
    expect(memory.use()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 0 });
    expect(buffer(memory.alloc(8 * MiB))).not.toBe(broken);
  });

  it('refuses what no binding can hold, and what was freed', () => {
    const { memory } = memoryOn();
    expect(() => memory.alloc(128 * MiB + 4)).toThrow(
      /alloc: 134217732 bytes are asked for.*ends at 134217728/,
    );
    const storage = memory.alloc(4);
    memory.free(storage);
    expect(() => memory.free(storage)).toThrow(/free: a storage of 4 bytes is used after it was freed/);
    expect(() => memoryOn().memory.free(memory.alloc(4))).toThrow(/belongs to another backend/);
  });
});
