import { describe, expect, it } from 'vitest';
import { type FunctionBuilder, i32, v128 } from '../assembler.js';
import { Heap } from '../heap.js';
import { compileKernel } from '../kernel.js';
import { normalized, nothing, product, type Scaled, sumOf } from './scaled.js';

type Number = readonly [mantissa: number, exponent: number];

/** What a function makes of four scaled numbers for each argument. */
function computed(
  compute: (f: FunctionBuilder, ...values: Scaled[]) => Scaled,
  ...inputs: (readonly Number[])[]
): Number[] {
  const heap = new Heap();
  const places = [...inputs, []].map(() => heap.addressOf(heap.alloc(32), 'test'));
  const kernel = compileKernel(heap, (f) => {
    const values = inputs.map((_, place) => ({
      mantissa: f.v128(v128.load(i32.const(places[place]!))),
      exponent: f.v128(v128.load(i32.const(places[place]!), 16)),
    }));
    const result = compute(f, ...values);
    f.do(v128.store(i32.const(places.at(-1)!), result.mantissa));
    f.do(v128.store(i32.const(places.at(-1)!), result.exponent, 16));
  });
  for (const [place, numbers] of inputs.entries()) {
    for (const [lane, [mantissa, exponent]] of numbers.entries()) {
      heap.floats[places[place]! / 4 + lane] = mantissa;
      heap.integers[places[place]! / 4 + 4 + lane] = exponent;
    }
  }
  kernel.run(0, 0, 1);
  const at = places.at(-1)! / 4;
  return [0, 1, 2, 3].map((lane) => [heap.floats[at + lane]!, heap.integers[at + 4 + lane]!]);
}

describe('probabilities with exponents of their own', () => {
  const zero: Number = [1, nothing];
  it('are added up, the small to the large', () => {
    const sums = computed(
      (f, a, b) => normalized(f, sumOf(f, [a, b])),
      [[1.5, 0], [1.25, -3_000_000], [1, -1000], zero],
      [[1.75, -1], [1.25, -3_000_000], [1, 10], zero],
    );
    // 1.5 + 0.875; twice 1.25; what is far below is lost; nothing and nothing is nothing, or hardly more.
    expect(sums.slice(0, 3)).toEqual([
      [1.1875, 1],
      [1.25, -2_999_999],
      [1, 10],
    ]);
    expect(sums[3]![1]).toBeLessThanOrEqual(nothing + 1);
  });

  it('are multiplied, and never fall below 0', () => {
    const products = computed(
      (f, a, b) => normalized(f, product(f, a, b)),
      [[1.5, -400], [1, 3], zero, [1, -(2 ** 28)]],
      [
        [1.5, -500],
        [1.25, -3],
        [1.5, nothing],
        [1, -(2 ** 28) - 5],
      ],
    );
    expect(products).toEqual([
      [1.125, -899],
      [1.25, 0],
      [1.5, nothing],
      [1, nothing],
    ]);
  });
});
