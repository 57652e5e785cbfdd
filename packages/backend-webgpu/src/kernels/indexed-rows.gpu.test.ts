import { flipView, viewOf } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuBackend } from '../backend.js';
import { webgpu } from '../index.js';

it('reads and writes nothing beside a table, whatever the indices', async () => {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const block = backend.alloc(32);
  backend.write(block, Float32Array.of(-1, -1, 1, 2, 3, 4, -1, -1));
  const table = viewOf(block, [2, 2], 'f32', 2);
  const where = backend.alloc(20);
  backend.write(where, Int32Array.of(1, -1, 2, 2 ** 31 - 1, -(2 ** 31)));
  const indices = viewOf(where, [5], 'i32');
  const rows = backend.alloc(40);
  backend.gather(table, indices, viewOf(rows, [5, 2]));
  const nothing = Number.NaN;
  expect([...new Float32Array(await backend.read(rows))]).toEqual([3, 4, ...new Array(8).fill(nothing)]);
  backend.write(rows, new Float32Array(10).fill(10));
  backend.scatterAdd(viewOf(rows, [5, 2]), indices, table);
  expect([...new Float32Array(await backend.read(block))]).toEqual([-1, -1, 1, 2, 13, 14, -1, -1]);
  backend.dispose();
});

// Below and above the number up to which each position looks at all others, and the one from which runs of neighbours grow longer.
describe.each([
  { positions: 40, rows: 7 },
  { positions: 1000, rows: 300 },
  { positions: 3000, rows: 1000 },
  { positions: 1500, rows: 5000 },
  { positions: 70_000, rows: 15 },
])('adding $positions rows to $rows', ({ positions, rows }) => {
  const width = 3;
  let backend: GpuBackend;
  beforeAll(async () => {
    const found = await webgpu()();
    if ('unavailable' in found) throw new Error(found.unavailable);
    backend = found as GpuBackend;
  });
  afterAll(() => backend.dispose());

  /** A third of all indices are one and the same, and some lie outside the table. */
  const indexAt = (position: number): number =>
    position % 3 === 0 ? 5 : ((position * 7919) % (rows + 2)) - 1;

  async function table(valueAt: (position: number, column: number) => number): Promise<Float32Array> {
    const [sums, where, updates] = [rows * width, positions, positions * width].map((size) =>
      backend.alloc(size * 4),
    );
    const numbers = Float32Array.from({ length: positions * width }, (_, at) =>
      valueAt(Math.floor(at / width), at % width),
    );
    backend.write(sums!, new Float32Array(rows * width).fill(1));
    // In reverse, as views may be.
    backend.write(
      where!,
      Int32Array.from({ length: positions }, (_, at) => indexAt(positions - 1 - at)),
    );
    backend.write(updates!, numbers);
    backend.scatterAdd(
      viewOf(updates!, [positions, width]),
      flipView(viewOf(where!, [positions], 'i32'), 0),
      viewOf(sums!, [rows, width]),
    );
    const result = new Float32Array(await backend.read(sums!));
    for (const storage of [sums!, where!, updates!]) backend.free(storage);
    return result;
  }

  it('leaves out none, and adds none twice', async () => {
    const valueAt = (position: number, column: number): number => (position % 100) + column;
    const expected = new Float32Array(rows * width).fill(1);
    for (let position = 0; position < positions; position++) {
      const row = indexAt(position);
      for (let column = 0; row >= 0 && row < rows && column < width; column++) {
        expected[row * width + column]! += valueAt(position, column);
      }
    }
    // Whole numbers below 2^24: sums are exact in any order.
    expect(await table(valueAt)).toEqual(expected);
  });

  it('gives the same bits each time', async () => {
    const valueAt = (position: number, column: number): number => Math.sin(position * 1.7 + column);
    expect(await table(valueAt)).toEqual(await table(valueAt));
  });
});
