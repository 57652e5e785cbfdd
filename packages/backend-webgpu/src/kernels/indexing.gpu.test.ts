import { viewOf } from '@ostinato/kernel';
import { expect, it } from 'vitest';
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

it('adds up a few thousand rows, most of them under a few indices', async () => {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const [rows, positions, width] = [1000, 3000, 8];
  const indices = Int32Array.from({ length: positions }, (_, index) =>
    index % 3 === 0 ? 7 : (index * index) % rows,
  );
  const expected = new Float32Array(rows * width);
  for (const [position, index] of indices.entries()) {
    for (let column = 0; column < width; column++)
      expected[index * width + column]! += (position % 100) + column;
  }
  const [table, where, updates] = [rows * width, positions, positions * width].map((size) =>
    backend.alloc(size * 4),
  );
  backend.write(table!, new Float32Array(rows * width));
  backend.write(where!, indices);
  backend.write(
    updates!,
    Float32Array.from(
      { length: positions * width },
      (_, at) => (Math.floor(at / width) % 100) + (at % width),
    ),
  );
  backend.scatterAdd(
    viewOf(updates!, [positions, width]),
    viewOf(where!, [positions], 'i32'),
    viewOf(table!, [rows, width]),
  );
  expect(new Float32Array(await backend.read(table!))).toEqual(expected);
  backend.dispose();
});
