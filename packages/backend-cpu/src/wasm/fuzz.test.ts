import {
  type Backend,
  broadcastView,
  defineProgram,
  expr,
  flipView,
  type MapProgram,
  permuteView,
  ShapeError,
  sizeOf,
  sliceView,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { describe, expect, it } from 'vitest';
import { WasmBackend } from './backend.js';
import type { Runner } from './runner.js';

/** Whole numbers below a limit, the same in every run. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed * 2654435761;
  }
  next(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
    return Math.floor(((this.#state >>> 0) / 2 ** 32) * limit);
  }
  pick<Item>(items: readonly Item[]): Item {
    return items[this.next(items.length)]!;
  }
  shuffled(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.next(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }
}

/** How a view of some shape lies in a storage: as a function of the storage's place, so that all backends get the same. */
interface Arranged {
  readonly elements: number;
  readonly values: Float32Array | Int32Array;
  readonly on: (backend: Backend) => View;
}

/** A view of a shape, permuted, sliced, flipped or repeated at random, on a storage that ends where the view does. */
function arranged(dice: Dice, shape: readonly number[], written: boolean, whole: boolean): Arranged {
  const repeats = shape.map(() => !written && dice.next(4) === 0);
  const steps = shape.map(() => dice.pick([1, 1, 1, 2, 3]));
  const flips = shape.map(() => dice.next(5) === 0);
  const order = dice.shuffled(shape.length);
  const lengths = shape.map((length, axis) =>
    repeats[axis] ? 1 : length === 0 ? 0 : (length - 1) * steps[axis]! + 1,
  );
  const inMemory = order.map((axis) => lengths[axis]!);
  const before = dice.next(5);
  const elements = sizeOf(inMemory) + before;
  const numbers = Array.from({ length: elements }, () => dice.next(2001) / (whole ? 20 : 500) - 2);
  const values = whole ? Int32Array.from(numbers) : Float32Array.from(numbers);
  return {
    elements,
    values,
    on(backend) {
      const storage = backend.alloc(4 * elements);
      backend.write(storage, values);
      let view = viewOf(storage, inMemory, whole ? 'i32' : 'f32', before);
      view = permuteView(
        view,
        shape.map((_, axis) => order.indexOf(axis)),
      );
      for (const axis of shape.keys()) {
        if (!repeats[axis]) view = sliceView(view, axis, 0, lengths[axis]!, steps[axis]!);
        if (flips[axis]) view = flipView(view, axis);
      }
      return broadcastView(view, shape);
    },
  };
}

const { add, coordinate, exp, less, maximum, mul, random, select, sigmoid, sub, tanh } = expr;
const programs: readonly MapProgram[] = [
  defineProgram({ inputs: 1 }, ({ x }) => [x[0]!]),
  defineProgram({ inputs: 2 }, ({ x }) => [add(x[0]!, mul(x[1]!, 0.5))]),
  defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
    tanh(mul(x[0]!, a[0]!)),
    select(less(x[0]!, x[1]!), x[1]!, sigmoid(x[0]!)),
  ]),
  defineProgram({ inputs: 1, scalars: 2 }, ({ x, a }) => [add(random(a[0]!, a[1]!), x[0]!)]),
  defineProgram({ inputs: 1 }, ({ x }) => [add(mul(coordinate(0), 0.25), exp(maximum(x[0]!, -1)))]),
];

/** Runs the parts of every kernel one after the other, the last one first. */
const inParts = (parts: number): Runner => ({
  parts,
  run(kernel, args) {
    for (let part = parts - 1; part >= 0; part--) kernel.run(args, part, parts);
  },
  dispose() {},
});

const backends = [1, 2, 3, 7].map((parts) => new WasmBackend({ runner: () => inParts(parts) }));

function shapeOf(dice: Dice): number[] {
  const rank = dice.next(5);
  const lengths = Array.from({ length: rank }, () => dice.pick([1, 2, 3, 4, 5, 7, 9, 17, 18, 20, 33]));
  while (sizeOf(lengths) > 1500) lengths[dice.next(rank)] = dice.pick([1, 2, 3, 4, 5]);
  return lengths;
}

/** What a call writes, on every backend: the whole storages, so that stray writes are seen. */
async function compare(
  what: string,
  inputs: readonly Arranged[],
  outs: readonly Arranged[],
  call: (backend: Backend, inputs: readonly View[], outs: readonly View[]) => void,
): Promise<void> {
  const run = async (backend: Backend) => {
    const [from, to] = [inputs.map(({ on }) => on(backend)), outs.map(({ on }) => on(backend))];
    call(backend, from, to);
    const results = [];
    for (const { storage, dtype } of to) {
      const bytes = await backend.read(storage);
      results.push(dtype === 'i32' ? new Int32Array(bytes) : new Float32Array(bytes));
    }
    for (const { storage } of [...from, ...to]) backend.free(storage);
    return results;
  };
  const expected = await run(new ReferenceBackend());
  const [first, ...others] = await Promise.all(backends.map(run));
  for (const other of others) expect(other, what).toEqual(first);
  for (const [place, values] of expected.entries()) {
    for (const [index, value] of values.entries()) {
      const off = Math.abs(first![place]![index]! - value);
      if (!(off <= 2e-6 * Math.max(1, Math.abs(value))))
        throw new Error(`${what}: element ${index} is ${first![place]![index]}, expected ${value}`);
    }
  }
}

describe('WasmBackend, with views of all kinds', () => {
  it('maps as the reference does, whatever the number of parts', async () => {
    for (let round = 0; round < 300; round++) {
      const dice = new Dice(round);
      const shape = shapeOf(dice);
      const program = programs[round % programs.length]!;
      if (program === programs[4] && shape.length === 0) continue;
      const whole = round % 15 === 0;
      const inputs = Array.from({ length: program.inputs }, () => arranged(dice, shape, false, whole));
      const outs = program.outputs.map(() => arranged(dice, shape, true, whole));
      await compare(`map ${round} over [${shape}]`, inputs, outs, (backend, from, to) =>
        backend.map(program, from, [3, 5].slice(0, program.scalars), to),
      );
    }
  });

  it('reduces as the reference does, whatever the number of parts', async () => {
    for (let round = 0; round < 300; round++) {
      const dice = new Dice(1000 + round);
      const shape = shapeOf(dice);
      const program = [programs[0]!, programs[1]!, programs[3]!][round % 3]!;
      const op = dice.pick(['sum', 'max', 'min'] as const);
      const axes = shape.map((_, axis) => axis).filter(() => dice.next(2) === 0);
      const result = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const inputs = Array.from({ length: program.inputs }, () => arranged(dice, shape, false, false));
      await compare(
        `${op} ${round} of [${shape}] over [${axes}]`,
        inputs,
        [arranged(dice, result, true, false)],
        (backend, from, to) =>
          backend.reduce(op, program, from, [3, 5].slice(0, program.scalars), axes, to[0]!),
      );
    }
  });

  it('refuses views that leave their storage', () => {
    const backend = backends[0]!;
    const storage = backend.alloc(40);
    const good = viewOf(storage, [10]);
    const wrong: View[] = [
      viewOf(storage, [11]),
      viewOf(storage, [10], 'f32', 1),
      viewOf(storage, [1], 'f32', -1),
      { ...good, strides: [-1] },
      { ...good, strides: [2] },
      { ...good, shape: [3, 3], strides: [4, 1] },
      { ...good, offset: Number.NaN },
    ];
    for (const view of wrong) {
      const out = { ...view, storage: backend.alloc(400) };
      expect(() => backend.map(programs[0]!, [view], [], [out])).toThrow(ShapeError);
      expect(() => backend.reduce('sum', programs[0]!, [view], [], [0], viewOf(storage, [1]))).toThrow(
        ShapeError,
      );
    }
    expect(() => backend.write(storage, new Float32Array(11))).toThrow(ShapeError);
    expect(() => backend.write(storage, new Float32Array(1), 40)).toThrow(ShapeError);
  });
});

describe('views without elements', () => {
  // Strides that no element depends on may be anything: nothing may be read through them.
  const far = 200_000_000;

  it('are reduced to neutral elements without being read', async () => {
    const backend = new WasmBackend();
    const [empty, out] = [backend.alloc(4), backend.alloc(12)];
    const input: View = { ...viewOf(empty, [3, 0]), strides: [far, 0] };
    backend.reduce('max', programs[0]!, [input], [], [1], viewOf(out, [3, 1]));
    expect(new Float32Array(await backend.read(out))).toEqual(new Float32Array(3).fill(-Infinity));
    backend.reduce('min', programs[0]!, [input], [], [0, 1], viewOf(out, [1, 1]));
    expect(new Float32Array(await backend.read(out))[0]).toBe(Infinity);
  });

  it('are multiplied without being read', () => {
    const backend = new WasmBackend();
    const storage = backend.alloc(4);
    const b: View = { ...viewOf(storage, [0, 3, 9, 1]), strides: [0, 0, far, 0] };
    const call = () =>
      backend.matmul(viewOf(storage, [0, 3, 2, 9]), b, viewOf(backend.alloc(4), [0, 3, 2, 1]));
    expect(call).not.toThrow();
  });
});

describe('an element in a vector and one at its end', () => {
  it('give the same to the last bit', async () => {
    const backend = backends[0]!;
    const count = 67;
    const x = Float32Array.from({ length: count }, (_, place) => Math.sin(place) * 9);
    const run = async (length: number): Promise<Float32Array> => {
      const [from, to] = [backend.alloc(4 * count), backend.alloc(4 * count)];
      backend.write(from, x);
      const program = defineProgram({ inputs: 1 }, ({ x: [value] }) => [
        add(tanh(value!), mul(expr.sin(value!), sub(sigmoid(value!), expr.log(expr.abs(value!))))),
      ]);
      backend.map(program, [viewOf(from, [length])], [], [viewOf(to, [length])]);
      return new Float32Array(await backend.read(to, 0, 4 * length));
    };
    const all = await run(count);
    for (let length = 1; length < count; length++) expect(await run(length)).toEqual(all.subarray(0, length));
  });
});
