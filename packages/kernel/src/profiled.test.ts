import { describe, expect, it } from 'vitest';
import { runFused } from './fused.js';
import { profiled } from './profiled.js';
import { fill, identity } from './program.js';
import { ReferenceBackend } from './reference.js';
import { broadcastView, viewOf } from './view.js';

describe('profiled', () => {
  it('counts calls and bytes by kernel', async () => {
    const backend = profiled(new ReferenceBackend());
    const [x, y] = [viewOf(backend.alloc(24), [2, 3]), viewOf(backend.alloc(24), [2, 3])];
    const row = viewOf(backend.alloc(12), [3]);
    backend.write(x.storage, new Float32Array(6));
    backend.map(fill, [], [1], [row]);
    backend.map(identity, [broadcastView(row, [2, 3])], [], [y]);
    backend.reduce('sum', identity, [x], [], [0], { ...row, shape: [1, 3], strides: [0, 1] });
    const square = viewOf(backend.alloc(16), [2, 2]);
    backend.matmul(x, { ...y, shape: [3, 2], strides: [1, 3] }, square, { accumulate: true });
    await backend.read(square.storage, 8);
    const rows = Object.fromEntries(backend.report().map((row) => [row.kernel, row]));
    expect(Object.keys(rows).sort()).toEqual(['map', 'matmul', 'read', 'reduce', 'write']);
    expect(rows.map).toMatchObject({ calls: 2, bytes: 12 + 12 + 24 });
    expect(rows.reduce).toMatchObject({ calls: 1, bytes: 24 + 12 });
    expect(rows.matmul).toMatchObject({ calls: 1, bytes: 24 + 24 + 16 + 16 });
    expect(rows.write).toMatchObject({ calls: 1, bytes: 24 });
    expect(rows.read).toMatchObject({ calls: 1, bytes: 8 });
    expect(backend.report().every((row) => row.milliseconds >= 0)).toBe(true);
  });

  it('shows a fused kernel under its name, and its fallback as what it is made of', () => {
    const plain = profiled(new ReferenceBackend());
    const args = { x: viewOf(plain.alloc(12), [3]), out: viewOf(plain.alloc(12), [3]), logarithm: true };
    runFused(plain, 'softmax', args);
    expect(plain.report().map((row) => row.kernel)).toEqual(expect.arrayContaining(['map', 'reduce']));
    const inner = new ReferenceBackend();
    const fused = profiled(
      Object.assign(inner, { fused: { softmax: { supports: () => true, run: () => {} } } }),
    );
    runFused(fused, 'softmax', args);
    expect(fused.report()).toMatchObject([{ kernel: 'softmax', calls: 1, bytes: 24 }]);
  });

  it('tells how long the device took, where it has a clock', async () => {
    const measured: string[] = [];
    const clock = {
      measure(kernel: string, run: () => void) {
        measured.push(kernel);
        run();
      },
      take: async () => new Map(measured.splice(0).map((kernel) => [kernel, 2])),
    };
    const inner = Object.assign(new ReferenceBackend(), { clock });
    const backend = profiled(inner);
    expect(backend.clock).toBe(clock);
    const x = viewOf(backend.alloc(16), [2, 2]);
    backend.write(x.storage, new Float32Array(4));
    backend.map(fill, [], [1], [x]);
    backend.reduce('sum', identity, [x], [], [0], viewOf(backend.alloc(8), [1, 2]));
    expect(backend.report()[0]).toMatchObject({ deviceMilliseconds: null });
    await backend.read(x.storage);
    backend.map(fill, [], [1], [x]);
    await backend.read(x.storage);
    const times = Object.fromEntries(backend.report().map((row) => [row.kernel, row.deviceMilliseconds]));
    expect(times).toEqual({ map: 4, reduce: 2, write: null, read: null });
    const [head, first] = backend.table().split('\n');
    expect(head).toMatch(/^kernel +calls +ms +device ms +share +MB +GB\/s$/);
    expect(first).toMatch(/^map +2 +\d+\.\d +4\.0 +66\.7% /);
  });

  it('prints a table and begins anew', () => {
    const backend = profiled(new ReferenceBackend());
    const x = viewOf(backend.alloc(4e6), [1000, 1000]);
    expect(backend.table()).toBe('kernel  calls  ms  share  MB  GB/s');
    backend.map(fill, [], [1], [viewOf(x.storage, [100])]);
    const lines = backend.table().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^map\s+1\s+\d+\.\d\s+100\.0%\s+0\.0\s+\d+\.\d\d$/);
    backend.reset();
    expect(backend.report()).toEqual([]);
  });

  it('is the backend that it wraps otherwise', async () => {
    const inner = new ReferenceBackend();
    const backend = profiled(inner);
    expect(backend.name).toBe('reference');
    const storage = backend.alloc(8);
    expect(backend.memory()).toEqual(inner.memory());
    backend.flush();
    backend.free(storage);
    expect(inner.memory().liveStorages).toBe(0);
    backend.dispose();
  });
});
