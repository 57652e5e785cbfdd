import { describe, expect, it } from 'vitest';
import { BackendError, IndexError, LifetimeError } from './errors.js';
import { exp, sub } from './expr.js';
import { defineProgram, identity } from './program.js';
import { ReferenceBackend, reference } from './reference.js';
import { type Storage, type View, viewOf } from './view.js';

const numbers = (backend: ReferenceBackend, data: readonly number[], shape = [data.length]): View => {
  const view = viewOf(backend.alloc(4 * data.length), shape);
  backend.write(view.storage, new Float32Array(data));
  return view;
};
const indices = (backend: ReferenceBackend, data: readonly number[]): View => {
  const view = viewOf(backend.alloc(4 * data.length), [data.length], 'i32');
  backend.write(view.storage, new Int32Array(data));
  return view;
};

describe('the reference backend', () => {
  it('computes in float64, and rounds when it is read', async () => {
    const backend = new ReferenceBackend();
    const x = numbers(backend, [0.5]);
    const program = defineProgram({ inputs: 1 }, ({ x: [value] }) => [sub(exp(value!), 1)]);
    backend.map(program, [x], [], [x]);
    expect(backend.values(x)[0]).toBe(Math.exp(0.5) - 1);
    expect(new Float32Array(await backend.read(x.storage))[0]).toBe(Math.fround(Math.exp(0.5) - 1));
  });

  it('reads a storage as it was last written', async () => {
    const backend = new ReferenceBackend();
    const storage = backend.alloc(8);
    backend.write(storage, new Int32Array([7, -3]));
    expect([...new Int32Array(await backend.read(storage))]).toEqual([7, -3]);
    backend.map(identity, [viewOf(storage, [2], 'i32')], [], [viewOf(storage, [2], 'f32')]);
    expect([...new Float32Array(await backend.read(storage, 4))]).toEqual([-3]);
    const x = numbers(backend, [2.9, -2.9]);
    backend.map(identity, [x], [], [viewOf(storage, [2], 'i32')]);
    expect([...new Int32Array(await backend.read(storage))]).toEqual([2, -2]);
  });

  it('has no fused kernels: everything runs through the fallbacks', () => {
    expect(new ReferenceBackend().fused).toEqual({});
  });

  it('can always be started', async () => {
    expect(await reference()()).toBeInstanceOf(ReferenceBackend);
  });

  it('names an index outside the table, and where it is', () => {
    const backend = new ReferenceBackend();
    const table = numbers(backend, [1, 2, 3, 4], [2, 2]);
    const out = viewOf(backend.alloc(16), [2, 2]);
    expect(() => backend.gather(table, indices(backend, [0, 2]), out)).toThrow(IndexError);
    expect(() => backend.gather(table, indices(backend, [0, 2]), out)).toThrow(
      'gather: index 2 at position [1] is outside the table of 2 rows',
    );
    expect(() => backend.scatterAdd(out, indices(backend, [-1, 0]), table)).toThrow(
      'scatterAdd: index -1 at position [0]',
    );
  });

  it('notices memory that is used too late, or that is not its own', () => {
    const backend = new ReferenceBackend();
    const x = numbers(backend, [1]);
    expect(backend.memory()).toEqual({ liveBytes: 4, liveStorages: 1, pooledBytes: 0 });
    backend.free(x.storage);
    expect(backend.memory().liveStorages).toBe(0);
    expect(() => backend.free(x.storage)).toThrow(LifetimeError);
    expect(() => backend.map(identity, [x], [], [x])).toThrow(LifetimeError);
    const foreign: Storage = { bytes: 4 };
    expect(() => backend.write(foreign, new Float32Array(1))).toThrow(BackendError);
  });

  it('takes its storages with it when it is disposed', async () => {
    const backend = new ReferenceBackend();
    const x = numbers(backend, [1]);
    backend.dispose();
    expect(backend.memory().liveStorages).toBe(0);
    await expect(backend.read(x.storage)).rejects.toThrow(LifetimeError);
  });
});
