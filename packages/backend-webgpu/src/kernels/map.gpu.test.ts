import { defineProgram, expr, identity, viewOf } from '@ostinato/kernel';
import { expect, it } from 'vitest';
import { webgpu } from '../index.js';

it('takes more positions than a dimension has workgroups', async () => {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const count = 256 * 65535 + 300;
  const ramp = defineProgram({ inputs: 0 }, () => [expr.mod(expr.coordinate(0), 1021)]);
  const block = backend.alloc(count * 4);
  const largest = backend.alloc(4);
  backend.map(ramp, [], [], [viewOf(block, [count])]);
  backend.reduce('max', identity, [viewOf(block, [count])], [], [0], viewOf(largest, [1]));
  const places = [0, 255, 256 * 65535 - 1, 256 * 65535, count - 2];
  const found = await Promise.all(
    places.map(async (place) => new Float32Array(await backend.read(block, place * 4, 4))[0]),
  );
  // Above 2^24 not every coordinate is a float32 number, but these are.
  expect(found).toEqual(places.map((place) => place % 1021));
  expect(new Float32Array(await backend.read(largest))[0]).toBe(1020);
  backend.dispose();
});

it('converts to int32 as JavaScript does', async () => {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const values = Float32Array.of(
    2.7,
    -2.7,
    2147483520,
    -2147483648,
    3e9,
    -3e9,
    1e10,
    1e20,
    -1e38,
    Number.NaN,
  );
  const count = values.length;
  const [from, to] = [backend.alloc(4 * count), backend.alloc(4 * count)];
  backend.write(from, values);
  backend.map(identity, [viewOf(from, [count])], [], [viewOf(to, [count], 'i32')]);
  expect([...new Int32Array(await backend.read(to))]).toEqual(Array.from(values, (value) => value | 0));
  backend.dispose();
});
