import { defineProgram, expr, identity, type Storage, type View, viewOf } from '@ostinato/kernel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GpuBackend } from '../backend.js';
import { webgpu } from '../index.js';
import { GpuMemory } from './memory.js';
import { type Dispatch, Recorder } from './recorder.js';

const started: GpuBackend[] = [];

async function start(): Promise<GpuBackend> {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  started.push(backend as GpuBackend);
  return backend as GpuBackend;
}

afterEach(() => {
  for (const backend of started.splice(0)) backend.dispose();
});

const double = defineProgram({ inputs: 1 }, ({ x }) => [expr.mul(x[0]!, 2)]);

describe('errors of the device', () => {
  it('tells that the device is lost, and a new backend works', async () => {
    const backend = await start();
    const block = backend.alloc(16);
    backend.write(block, Float32Array.of(1, 2, 3, 4));
    backend.device.destroy();
    await expect(backend.read(block)).rejects.toThrow(/device is lost: it was destroyed.*call init again/);
    backend.map(identity, [viewOf(block, [2])], [], [viewOf(block, [2], 'f32', 2)]);
    await expect(backend.read(block)).rejects.toMatchObject({ name: 'BackendError' });

    const next = await start();
    const again = next.alloc(16);
    next.write(again, Float32Array.of(1, 2, 3, 4));
    next.map(double, [viewOf(again, [4])], [], [viewOf(again, [4])]);
    expect([...new Float32Array(await next.read(again))]).toEqual([2, 4, 6, 8]);
  });

  /** A recorder on the device of a backend, with one storage. */
  async function recording(): Promise<{ recorder: Recorder; memory: GpuMemory; storage: Storage }> {
    const { device } = await start();
    const recorder = new Recorder(device);
    const memory = new GpuMemory(device, recorder);
    return { recorder, memory, storage: memory.alloc(256) };
  }

  const dispatch = (storage: Storage, code: string): Dispatch => ({
    label: 'softmax',
    key: code,
    code: () => code,
    buffers: [{ storage, write: true }],
    words: [0],
    groups: [1],
  });

  it('throws at the next read what is wrong with a shader, with the name of the kernel', async () => {
    const { recorder, memory, storage } = await recording();
    recorder.dispatch(dispatch(storage, '@compute @workgroup_size(1) fn main() { nonsense(); }'));
    const pooled = memory.open(storage, 'read');
    const failed = recorder.read(pooled, 0, 4);
    await expect(failed).rejects.toThrow(/webgpu: softmax: its shader is refused: .*nonsense/s);
    await expect(failed).rejects.toMatchObject({ name: 'BackendError' });
  });

  it('throws MemoryError at the next read where the device has no room', async () => {
    const { recorder, memory, storage } = await recording();
    const device = started[0]!.device;
    const pop = device.popErrorScope.bind(device);
    vi.spyOn(device, 'popErrorScope').mockImplementationOnce(async () => {
      await pop();
      return { message: 'out of memory' };
    });
    memory.alloc(2 ** 20);
    await expect(recorder.read(memory.open(storage, 'read'), 0, 4)).rejects.toMatchObject({
      name: 'MemoryError',
      message: expect.stringMatching(
        /alloc: the device has no room for 1048576 bytes beside 256 bytes in use/,
      ),
    });
  });

  it('tells which kernels a submission was made of that the device refuses', async () => {
    const { recorder, memory, storage } = await recording();
    recorder.dispatch(dispatch(storage, '@compute @workgroup_size(1) fn main() {}'));
    memory.open(storage, 'test').buffer.destroy();
    const other = memory.open(memory.alloc(16), 'read');
    await expect(recorder.read(other, 0, 4)).rejects.toThrow(
      /webgpu: softmax: the device refuses the work: /,
    );
  });

  it('refuses blocks that no binding can hold', async () => {
    const backend = await start();
    const most = backend.device.limits.maxStorageBufferBindingSize;
    expect(() => backend.alloc(most + 4)).toThrow(
      /alloc: \d+ bytes are asked for, but a buffer that kernels can use ends at/,
    );
  });
});

describe('the clock of the device', () => {
  it('measures kernels apart, however many there are in a submission', async () => {
    const backend = await start();
    if (!backend.device.features.has('timestamp-query')) {
      expect(backend.clock).toBeUndefined();
      return;
    }
    const clock = backend.clock!;
    const [small, large] = [8, 192].map((n) => {
      const [a, out] = [viewOf(backend.alloc(4 * n * n), [n, n]), viewOf(backend.alloc(4 * n * n), [n, n])];
      backend.write(a.storage, new Float32Array(n * n).fill(1));
      return { a, out };
    });
    for (let count = 0; count < 100; count++) {
      clock.measure('small', () => backend.matmul(small!.a, small!.a, small!.out));
      clock.measure('large', () => backend.matmul(large!.a, large!.a, large!.out));
      backend.map(identity, [small!.a], [], [small!.out]);
    }
    const times = await clock.take();
    expect([...times.keys()].sort()).toEqual(['large', 'small']);
    expect(times.get('large')!).toBeGreaterThan(5 * times.get('small')!);
    expect(await clock.take()).toEqual(new Map());
    // What it counts is right all the same.
    expect(new Float32Array(await backend.read(large!.out.storage))[7]).toBe(192);
  });
});

describe('use of memory', () => {
  it('needs no more buffers after 1000 steps than after 20', async () => {
    const backend = await start();
    const create = vi.spyOn(backend.device, 'createBuffer');
    const [a, b] = [backend.alloc(4096), backend.alloc(4096)];
    const step = async (index: number): Promise<void> => {
      const scratch = backend.alloc(4096);
      const [x, y, z] = [a, b, scratch].map((storage) => viewOf(storage, [32, 32])) as [View, View, View];
      backend.write(a, new Float32Array(1024).fill(index));
      backend.matmul(x, y, z);
      backend.map(double, [z], [], [y]);
      backend.reduce('sum', identity, [y], [], [0], viewOf(scratch, [1, 32]));
      backend.free(scratch);
      if (index % 10 === 0) await backend.read(b, 0, 4);
    };
    for (let index = 0; index < 20; index++) await step(index);
    const [early, buffers] = [backend.memory(), create.mock.calls.length];
    for (let index = 0; index < 1000; index++) await step(index);
    expect(backend.memory()).toEqual(early);
    expect(create.mock.calls.length).toBe(buffers);
  });

  it('gives everything back when it is disposed', async () => {
    const backend = await start();
    const block = backend.alloc(64);
    backend.dispose();
    expect(backend.memory()).toEqual({ liveBytes: 0, liveStorages: 0, pooledBytes: 0 });
    expect(() => backend.write(block, new Float32Array(16))).toThrow(/after it was freed/);
    expect(() => backend.alloc(4)).toThrow(/the backend was disposed; call init again/);
  });
});
