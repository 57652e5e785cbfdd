import { defineProgram, expr, identity, type NumberArray, type View, viewOf } from '@ostinato/kernel';
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

// As many as an invocation takes four of, where they lie so; one more, and from an odd offset.
it.each([
  { count: 2 ** 14, offset: 0 },
  { count: 2 ** 14, offset: 8 },
  { count: 2 ** 14, offset: 3 },
  { count: 2 ** 14 + 1, offset: 4 },
])('computes $count numbers from offset $offset', async ({ count, offset }) => {
  const backend = await webgpu()();
  if ('unavailable' in backend) throw new Error(backend.unavailable);
  const program = defineProgram({ inputs: 3, scalars: 1 }, ({ x, a }) => [
    expr.add(expr.mul(x[0]!, a[0]!), x[1]!),
    x[2]!,
    expr.maximum(x[0]!, x[1]!),
  ]);
  const size = count + offset + 5;
  const numbers = Float32Array.from({ length: size }, (_, index) => (index % 301) / 4 - 30);
  const integers = Int32Array.from({ length: size }, (_, index) => (index % 77) - 20);
  // Bits of NaN, which are copied as they are.
  const bits = Int32Array.from({ length: size }, (_, index) => 0x7f800001 + index);
  const placed = (data: NumberArray, dtype: View['dtype']): View => {
    const storage = backend.alloc(size * 4);
    backend.write(storage, data);
    return viewOf(storage, [count], dtype, offset);
  };
  const [x, y, z] = [placed(numbers, 'f32'), placed(integers, 'i32'), placed(bits, 'f32')];
  const copied = placed(new Int32Array(size), 'f32');
  // In place, too.
  backend.map(program, [x, y, z], [2], [x, copied, y]);
  const isInside = (index: number): boolean => index >= offset && index < offset + count;
  expect(new Float32Array(await backend.read(x.storage))).toEqual(
    numbers.map((value, index) => (isInside(index) ? 2 * value + integers[index]! : value)),
  );
  expect(new Int32Array(await backend.read(y.storage))).toEqual(
    integers.map((value, index) => (isInside(index) ? Math.trunc(Math.max(numbers[index]!, value)) : value)),
  );
  expect(new Int32Array(await backend.read(copied.storage))).toEqual(
    bits.map((value, index) => (isInside(index) ? value : 0)),
  );
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
