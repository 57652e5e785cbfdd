import {
  defineProgram,
  evaluate,
  expr,
  type MapProgram,
  type PrimitiveName,
  uniform,
} from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { i32, i32x4, v128 } from './assembler.js';
import { emitExpressions } from './expression.js';
import { Heap } from './heap.js';
import { compileKernel } from './kernel.js';
import { randomVector } from './random.js';

/** The outputs of a program for each of some inputs, four at a time. */
function run(program: MapProgram, inputs: readonly number[][]): Float32Array[] {
  const heap = new Heap();
  const count = inputs[0]!.length;
  const places = [...inputs, ...program.outputs].map(() => heap.addressOf(heap.alloc(4 * count), 'test'));
  compileKernel(heap, (f) => {
    const offset = f.local('i32');
    f.for(offset, 0, 4 * count, 16, () => {
      const at = (place: number) => i32.add(offset, places[place]!);
      const loaded = inputs.map((_, place) => f.v128(v128.load(at(place))));
      const results = emitExpressions(f, program.outputs, { input: (index) => loaded[index]! });
      for (const [place, value] of results.entries()) f.do(v128.store(at(inputs.length + place), value));
    });
    for (const [place, values] of inputs.entries()) heap.floats.set(values, places[place]! / 4);
  }).run(0, 0, 1);
  return program.outputs.map((_, place) => {
    const start = places[inputs.length + place]! / 4;
    return heap.floats.slice(start, start + count);
  });
}

describe('emitExpressions', () => {
  const a = Array.from({ length: 64 }, (_, place) => Math.fround((place - 31.3) / 7));
  const b = Array.from({ length: 64 }, (_, place) => Math.fround(((place * 37) % 64) / 9 - 3));

  it.each(Object.keys(expr.primitives) as PrimitiveName[])('%s', (name) => {
    const arity = expr.primitives[name].length;
    const inputs = [a, b, a.toReversed()].slice(0, arity);
    const program = defineProgram({ inputs: arity }, ({ x }) => [expr.operation(name, ...x)]);
    const [results] = run(program, inputs);
    for (const [place, result] of results!.entries()) {
      const [expected] = evaluate(program, { inputs: inputs.map((values) => values[place]!), scalars: [] });
      if (!Number.isFinite(expected)) expect(result).toBe(expected);
      else expect(Math.abs(result - expected!)).toBeLessThanOrEqual(3e-7 * Math.max(Math.abs(expected!), 1));
    }
  });

  it('computes what is shared once, and several outputs', () => {
    const program = defineProgram({ inputs: 2 }, ({ x }) => {
      const shared = expr.exp(expr.mul(x[0]!, 0.25));
      const chosen = expr.select(expr.less(x[0]!, x[1]!), shared, x[1]!);
      return [expr.add(shared, chosen), expr.div(shared, 8), chosen, x[0]!, expr.constant(7)];
    });
    const results = run(program, [a, b]);
    for (const place of a.keys()) {
      const expected = evaluate(program, { inputs: [a[place]!, b[place]!], scalars: [] });
      for (const [output, value] of expected.entries()) expect(results[output]![place]).toBeCloseTo(value, 5);
    }
  });

  it('has short forms for constants', () => {
    const { div, maximum, minimum, pow } = expr;
    const program = defineProgram({ inputs: 1 }, ({ x }) => [
      maximum(x[0]!, 0),
      maximum(0.5, x[0]!),
      minimum(x[0]!, 1),
      minimum(-1, x[0]!),
      pow(x[0]!, 2),
      pow(x[0]!, 3),
      pow(x[0]!, -1),
      div(x[0]!, -4),
      div(x[0]!, 3),
    ]);
    const values = [NaN, -2, 3, Infinity];
    const results = run(program, [values]);
    for (const [place, value] of values.entries()) {
      const expected = evaluate(program, { inputs: [value], scalars: [] });
      expect(results.map((result) => result[place])).toEqual(expected.map(Math.fround));
    }
  });
});

describe('randomVector', () => {
  it('draws the numbers of `uniform`', () => {
    const heap = new Heap();
    const out = heap.addressOf(heap.alloc(16), 'test');
    const positions = [0, 5, 2 ** 24 + 1, -7] as const;
    for (const [first, second] of [
      [0, 0],
      [12345, 2 ** 24 - 1],
    ] as const) {
      for (const draw of [0, 3]) {
        compileKernel(heap, (f) => {
          const seeds = [i32x4.splat(first), i32x4.splat(second)] as const;
          f.do(v128.store(i32.const(out), randomVector(f, seeds, i32x4.const(...positions), draw)));
        }).run(0, 0, 1);
        const found = [...heap.floats.subarray(out / 4, out / 4 + 4)];
        expect(found).toEqual(positions.map((position) => uniform(first, second, position, draw)));
      }
    }
  });
});
