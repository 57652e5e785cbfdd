import { expr } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { type FunctionBuilder, i32, type Value, v128 } from '../assembler.js';
import { Heap } from '../heap.js';
import { compileKernel } from '../kernel.js';
import { mod, pow, sign } from './arithmetic.js';
import { exp, sigmoid, tanh } from './exponential.js';
import { log } from './logarithm.js';
import { cos, sin } from './trigonometry.js';

type Vectors = (f: FunctionBuilder, ...values: Value<'v128'>[]) => Value<'v128'>;

/** Runs a function of vectors over arrays whose length is a multiple of 4. */
function over(compute: Vectors, ...inputs: Float32Array[]): Float32Array {
  const heap = new Heap();
  const count = inputs[0]!.length;
  const places = [...inputs, inputs[0]!].map(({ byteLength }) =>
    heap.addressOf(heap.alloc(byteLength), 'test'),
  );
  const kernel = compileKernel(heap, (f) => {
    const offset = f.local('i32');
    f.for(offset, 0, 4 * count, 16, () => {
      const values = inputs.map((_, place) => v128.load(i32.add(offset, places[place]!)));
      f.do(v128.store(i32.add(offset, places.at(-1)!), compute(f, ...values)));
    });
  });
  for (const [place, input] of inputs.entries()) heap.floats.set(input, places[place]! / 4);
  kernel.run(0, 0, 1);
  return heap.floats.slice(places.at(-1)! / 4, places.at(-1)! / 4 + count);
}

/** Every 4099th float32, all the way through subnormal numbers, infinities and NaN, and numbers near 0 and 1. */
function samples(): Float32Array {
  const all = Uint32Array.from({ length: 2 ** 20 }, (_, place) => place * 4099);
  const close = Float32Array.from({ length: 2 ** 19 }, (_, place) => (place / 2 ** 18 - 1) * 20);
  const one = Uint32Array.from({ length: 2 ** 17 }, (_, place) => 0x3f800000 - 2 ** 16 + place);
  const special = [
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    2 ** -149,
    -(2 ** -149),
    3.4028234663852886e38,
    88.72283,
    89,
  ];
  return Float32Array.from([
    ...new Float32Array(all.buffer),
    ...close,
    ...new Float32Array(one.buffer),
    ...special,
  ]);
}

/** The distance between neighbouring float32 numbers where `x` lies. */
function ulp(x: number): number {
  const size = Math.abs(Math.fround(x));
  return 2 ** (Math.max(-126, Math.floor(Math.log2(size || 1e-45))) - 23);
}

/** The largest error in ulp over all samples that `counts`; where the result is not finite it has to be the same. */
function largestError(
  compute: Vectors,
  exact: (x: number) => number,
  counts: (x: number) => boolean = () => true,
): { error: number; at: number } {
  const inputs = samples();
  const results = over(compute, inputs);
  let [error, at] = [0, 0];
  for (const [place, x] of inputs.entries()) {
    if (!counts(x)) continue;
    const expected = exact(x);
    const result = results[place]!;
    if (!Number.isFinite(Math.fround(expected)) || !Number.isFinite(result)) {
      const nearlyInfinite = Math.abs(expected) > 3.40282e38 && Math.abs(result) > 3.40282e38;
      if (!nearlyInfinite && !Object.is(result, Math.fround(expected)))
        throw new Error(`at ${x} the result is ${result}, expected ${expected}`);
      continue;
    }
    const off = Math.abs(result - expected) / ulp(expected);
    if (off > error) [error, at] = [off, x];
  }
  return { error, at };
}

describe('numerics', () => {
  it.each([
    ['exp', exp, Math.exp, 0.98],
    ['log', log, Math.log, 0.9],
    ['tanh', tanh, Math.tanh, 2.2],
    ['sin', sin, Math.sin, 1.6],
    ['cos', cos, Math.cos, 1.6],
  ] as const)('%s', (_, compute, exact, most) => {
    const { error, at } = largestError(compute, exact);
    expect(error, `at ${at}`).toBeLessThanOrEqual(most);
  });

  it('sigmoid', () => {
    const { error, at } = largestError(sigmoid, expr.primitives.sigmoid, (x) => !(x < -87.3));
    expect(error, `at ${at}`).toBeLessThanOrEqual(2.5);
    const far = samples().filter((x) => x < -87.3);
    const padded = new Float32Array(Math.ceil(far.length / 4) * 4).fill(-100);
    padded.set(far);
    for (const result of over(sigmoid, padded)) expect(result >= 0 && result < 2 ** -125).toBe(true);
  });

  it('tanh is odd and within [-1, 1], sigmoid within [0, 1]', () => {
    const x = samples();
    const [results, mirrored] = [
      over(tanh, x),
      over(
        tanh,
        x.map((value) => -value),
      ),
    ];
    const bounded = over(sigmoid, x);
    for (const [place, result] of results.entries()) {
      if (Number.isNaN(x[place])) continue;
      if (!Object.is(result, -mirrored[place]!) || Math.abs(result) > 1) throw new Error(`tanh(${x[place]})`);
      if (!(bounded[place]! >= 0 && bounded[place]! <= 1)) throw new Error(`sigmoid(${x[place]})`);
    }
  });

  it('sign', () => {
    const x = Float32Array.of(3, -2, 0, -0, NaN, Infinity, -Infinity, -(2 ** -149));
    expect([...over(sign, x)]).toEqual([1, -1, 0, -0, NaN, 1, -1, -1]);
  });

  it('mod and pow', () => {
    const a = Float32Array.from({ length: 4000 }, (_, place) => Math.fround(((place * 37) % 401) / 13 - 14));
    const b = Float32Array.from({ length: 4000 }, (_, place) => Math.fround((place % 19) / 3 - 3));
    expect(over(mod as Vectors, a, b)).toEqual(a.map((x, place) => expr.primitives.mod(x, b[place]!)));
    expect(over(pow as Vectors, a, b)).toEqual(a.map((x, place) => expr.primitives.pow(x, b[place]!)));
  });
});
