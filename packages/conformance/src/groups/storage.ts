import {
  type Backend,
  ELEMENT_BYTES,
  identity,
  type NumberArray,
  type Storage,
  viewOf,
} from '@ostinato/kernel';
import { ensure, type Group } from '../check.js';
import { Numbers } from '../numbers.js';

async function readNumbers(backend: Backend, storage: Storage, like: NumberArray): Promise<NumberArray> {
  const buffer = await backend.read(storage, 0, like.byteLength);
  ensure(
    buffer.byteLength === like.byteLength,
    `read of ${like.byteLength} bytes gave ${buffer.byteLength} bytes`,
  );
  return like instanceof Int32Array ? new Int32Array(buffer) : new Float32Array(buffer);
}

function ensureSame(what: string, got: NumberArray, expected: NumberArray): void {
  const bad = expected.findIndex((value, index) => !Object.is(value, got[index]));
  ensure(bad < 0, `${what}: element ${bad} is ${got[bad]}, expected ${expected[bad]}`);
}

/** Runs `use` with storages of the given sizes in bytes and frees them. */
async function withStorages(
  backend: Backend,
  sizes: readonly number[],
  use: (...storages: Storage[]) => Promise<void>,
): Promise<void> {
  const storages = sizes.map((bytes) => backend.alloc(bytes));
  try {
    await use(...storages);
  } finally {
    for (const storage of storages) backend.free(storage);
  }
}

async function ensureRaises(what: string, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { name, message } = error as Error;
    return ensure(name === 'LifetimeError', `${what} throws ${name} (${message}), expected a LifetimeError`);
  }
  ensure(false, `${what} does not throw, expected a LifetimeError`);
}

/** Blocks of memory: contents, reuse, counts, lifetimes. */
export const storage: Group = {
  name: 'storage',
  drafts: () => [
    {
      name: 'what is written is read, float32 and int32',
      async run(backend) {
        const numbers = new Numbers('storage');
        const floats = Float32Array.from({ length: 1031 }, () => numbers.uniform(-1e6, 1e6));
        floats.set([0, -0, 1e-30, 3.4e38, -3.4e38, 16777217]);
        const integers = Int32Array.from({ length: 517 }, () => numbers.integer(2 ** 32) - 2 ** 31);
        integers.set([0, -1, 2 ** 31 - 1, -(2 ** 31)]);
        for (const data of [floats, integers]) {
          await withStorages(backend, [data.byteLength], async (block) => {
            ensure(
              block!.bytes >= data.byteLength,
              `alloc(${data.byteLength}) gave a storage of ${block!.bytes} bytes`,
            );
            backend.write(block!, data);
            ensureSame('read after write', await readNumbers(backend, block!, data), data);
          });
        }
      },
    },
    {
      name: 'byte offsets of write and read',
      run: (backend) =>
        withStorages(backend, [40], async (block) => {
          backend.write(block!, new Float32Array(10).fill(1));
          backend.write(block!, Float32Array.of(7, 8), 3 * ELEMENT_BYTES);
          const all = Float32Array.of(1, 1, 1, 7, 8, 1, 1, 1, 1, 1);
          ensureSame('write at byte 12', await readNumbers(backend, block!, all), all);
          const part = new Float32Array(await backend.read(block!, 3 * ELEMENT_BYTES, 2 * ELEMENT_BYTES));
          ensureSame('read of 8 bytes at byte 12', part, Float32Array.of(7, 8));
          const rest = new Float32Array(await backend.read(block!, 4 * ELEMENT_BYTES));
          ensureSame('read from byte 16 on', rest.subarray(0, 6), all.subarray(4));
        }),
    },
    {
      name: 'write takes a part of a larger array, and copies it',
      run: (backend) =>
        withStorages(backend, [12], async (block) => {
          const source = Float32Array.of(0, 1, 2, 3, 4, 5);
          backend.write(block!, source.subarray(2, 5));
          source.fill(9);
          const expected = Float32Array.of(2, 3, 4);
          ensureSame('read', await readNumbers(backend, block!, expected), expected);
        }),
    },
    {
      name: 'read gives a copy',
      run: (backend) =>
        withStorages(backend, [8], async (block) => {
          const data = Float32Array.of(1, 2);
          backend.write(block!, data);
          (await readNumbers(backend, block!, data)).fill(5);
          ensureSame('second read', await readNumbers(backend, block!, data), data);
        }),
    },
    {
      name: 'an empty block',
      run: (backend) =>
        withStorages(backend, [0], async (block) => {
          backend.write(block!, new Float32Array(0));
          const buffer = await backend.read(block!, 0, 0);
          ensure(buffer.byteLength === 0, `read of 0 bytes gave ${buffer.byteLength} bytes`);
        }),
    },
    { name: 'live blocks never share memory', run: liveBlocksAreApart },
    { name: 'memory() counts what is live', run: countsAreRight },
    { name: 'earlier work is unharmed by free and by later writes', run: earlierWorkIsUnharmed },
    {
      name: 'free twice, and use after free',
      async run(backend) {
        const block = backend.alloc(16);
        const other = backend.alloc(16);
        backend.free(block);
        try {
          await ensureRaises('free of a freed storage', () => backend.free(block));
          await ensureRaises('read of a freed storage', () => backend.read(block, 0, 16));
          await ensureRaises('write to a freed storage', () => backend.write(block, new Float32Array(4)));
          await ensureRaises('map of a freed storage', () =>
            backend.map(identity, [viewOf(block, [4])], [], [viewOf(other, [4])]),
          );
        } finally {
          backend.free(other);
        }
      },
    },
    {
      name: 'dispose frees everything',
      disposes: true,
      async run(backend) {
        const block = backend.alloc(64);
        backend.write(block, new Float32Array(16));
        backend.dispose();
        const { liveBytes, liveStorages } = backend.memory();
        ensure(
          liveBytes === 0 && liveStorages === 0,
          `after dispose, memory() counts ${liveStorages} live storages with ${liveBytes} bytes, expected none`,
        );
        let raised = false;
        try {
          await backend.read(block, 0, 64);
        } catch {
          raised = true;
        }
        ensure(raised, 'a storage can still be read after dispose, expected an error');
      },
    },
  ],
};

async function liveBlocksAreApart(backend: Backend): Promise<void> {
  const numbers = new Numbers('pool');
  const live = new Map<Storage, Float32Array>();
  try {
    for (let round = 0; round < 200; round++) {
      const oldest = live.keys().next().value;
      if (oldest && (live.size > 12 || numbers.next() < 0.4)) {
        const expected = live.get(oldest)!;
        ensureSame(
          `a block of ${expected.byteLength} bytes, after other blocks came and went`,
          await readNumbers(backend, oldest, expected),
          expected,
        );
        live.delete(oldest);
        backend.free(oldest);
      } else {
        const data = new Float32Array([1, 4, 16, 16, 64, 100][numbers.integer(6)]!).fill(round);
        const block = backend.alloc(data.byteLength);
        ensure(!live.has(block), 'alloc gave a storage that is still in use');
        backend.write(block, data);
        live.set(block, data);
      }
    }
  } finally {
    for (const block of live.keys()) backend.free(block);
  }
}

async function countsAreRight(backend: Backend): Promise<void> {
  const start = backend.memory();
  const blocks = [0, 4, 400, 4000].map((bytes) => backend.alloc(bytes));
  const during = backend.memory();
  for (const block of blocks) backend.free(block);
  const end = backend.memory();
  const storages = during.liveStorages - start.liveStorages;
  const bytes = during.liveBytes - start.liveBytes;
  ensure(storages === 4, `liveStorages rises by ${storages} for 4 blocks`);
  ensure(bytes >= 4404, `liveBytes rises by ${bytes} for blocks of 4404 bytes together`);
  ensure(
    end.liveStorages === start.liveStorages && end.liveBytes === start.liveBytes,
    `after free, memory() counts ${end.liveStorages} storages with ${end.liveBytes} bytes, ` +
      `expected ${start.liveStorages} with ${start.liveBytes}`,
  );
  ensure(end.pooledBytes >= 0, `pooledBytes is ${end.pooledBytes}`);
}

async function earlierWorkIsUnharmed(backend: Backend): Promise<void> {
  await withStorages(backend, [256, 256], async (first, second) => {
    const source = backend.alloc(256);
    backend.write(source, new Float32Array(64).fill(1));
    backend.map(identity, [viewOf(source, [64])], [], [viewOf(first!, [64])]);
    // The map may still be waiting: neither this write nor what follows may reach it.
    backend.write(source, new Float32Array(64).fill(2));
    backend.map(identity, [viewOf(source, [64])], [], [viewOf(second!, [64])]);
    backend.free(source);
    const reused = backend.alloc(256);
    backend.write(reused, new Float32Array(64).fill(3));
    const results = [first!, second!, reused];
    try {
      for (const [index, block] of results.entries()) {
        const expected = new Float32Array(64).fill(index + 1);
        ensureSame(`copy ${index + 1}`, await readNumbers(backend, block, expected), expected);
      }
    } finally {
      backend.free(reused);
    }
  });
}
