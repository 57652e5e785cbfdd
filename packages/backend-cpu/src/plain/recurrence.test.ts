import {
  defineCell,
  expr,
  fallback,
  permuteView,
  type RecurrenceGradArgs,
  runFused,
  sizeOf,
  uniform,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { PlainBackend } from './backend.js';

const { add, mul, sigmoid, sub, tanh } = expr;

const gru = defineCell({ name: 'gru', gates: 3, states: 1, parameters: 1 }, ({ x, r, s, p }) => {
  const update = sigmoid(add(x[0]!, r[0]!));
  const reset = sigmoid(add(x[1]!, r[1]!));
  const candidate = tanh(add(x[2]!, mul(reset, mul(p[0]!, r[2]!))));
  return [add(mul(update, s[0]!), mul(sub(1, update), candidate))];
});

let draws = 0;
beforeEach(() => {
  draws = 0;
});

/** The same arguments for the same sizes, on a backend. */
function argumentsOn(
  backend: PlainBackend,
  [T, B, H]: readonly [number, number, number],
  lengths: readonly number[],
) {
  const scale = 1 / Math.sqrt(H);
  const make = (...shape: number[]): View => {
    const view = viewOf(backend.alloc(4 * sizeOf(shape)), shape);
    const data = Float32Array.from(
      { length: sizeOf(shape) },
      () => (2 * uniform(1, 1, draws++, 0) - 1) * scale,
    );
    backend.write(view.storage, data);
    return view;
  };
  draws = 0;
  const G = gru.gates;
  const lengthView = viewOf(backend.alloc(4 * B), [B], 'i32');
  backend.write(lengthView.storage, Int32Array.from(lengths));
  const args: RecurrenceGradArgs = {
    cell: gru,
    x: make(T, B, G, H),
    R: make(H, G, H),
    parameters: make(1, H),
    lengths: lengthView,
    reverse: false,
    states: make(1, T + 1, B, H),
    products: make(T, B, G, H),
    dOutput: make(T, B, H),
    dFinal: make(1, B, H),
    dx: make(T, B, G, H),
    dr: make(T, B, G, H),
    dParameters: make(1, H),
    dInitial: make(1, B, H),
  };
  return args;
}

async function results(backend: PlainBackend, args: RecurrenceGradArgs): Promise<Float32Array[]> {
  const views = [args.states, args.dx, args.dr!, args.dParameters!, args.dInitial];
  const blocks = await Promise.all(views.map((view) => backend.read(view.storage)));
  return blocks.map((block) => new Float32Array(block));
}

function expectClose(got: readonly Float32Array[], expected: readonly Float32Array[]): void {
  for (const [index, numbers] of got.entries()) {
    let worst = 0;
    numbers.forEach((value, place) => {
      const right = expected[index]![place]!;
      worst = Math.max(worst, Math.abs(value - right) / (1 + Math.abs(right)));
    });
    expect(worst, `result ${index}`).toBeLessThan(1e-5);
  }
}

describe('recurrence in one call', () => {
  it.each([
    // More units than one block of depth, more rows than one block of rows: R in several panels.
    ['large', [3, 70, 130] as const],
    ['deep', [2, 3, 300] as const],
    ['one unit', [4, 2, 1] as const],
  ])('agrees with its fallback: %s', async (_, sizes) => {
    const [T, B] = sizes;
    const lengths = Array.from({ length: B }, (_, row) => (row * 7) % (T + 1));
    const [own, plain] = [new PlainBackend(), new PlainBackend()];
    const [ownArgs, plainArgs] = [argumentsOn(own, sizes, lengths), argumentsOn(plain, sizes, lengths)];
    runFused(own, 'recurrence', ownArgs);
    fallback.recurrence(plain, plainArgs);
    runFused(own, 'recurrenceGrad', ownArgs);
    fallback.recurrenceGrad(plain, plainArgs);
    expectClose(await results(own, ownArgs), await results(plain, plainArgs));
  });

  it('takes weights whose gates do not lie side by side', async () => {
    const sizes = [3, 4, 10] as const;
    const [own, other] = [new PlainBackend(), new PlainBackend()];
    const [straight, turned] = [
      argumentsOn(own, sizes, [3, 1, 2, 0]),
      argumentsOn(other, sizes, [3, 1, 2, 0]),
    ];
    const data = new Float32Array(await other.read(turned.R!.storage));
    const [H, G] = [sizes[2], gru.gates];
    // [unit, gate, from], read as [from, gate, unit].
    const mirrored = data.map((_, place) => {
      const [to, gate, from] = [Math.floor(place / (G * H)), Math.floor(place / H) % G, place % H];
      return data[from * G * H + gate * H + to]!;
    });
    other.write(turned.R!.storage, mirrored);
    const args = { ...turned, R: permuteView(turned.R!, [2, 1, 0]) };
    for (const name of ['recurrence', 'recurrenceGrad'] as const) {
      runFused(own, name, straight);
      runFused(other, name, args);
    }
    expect(await results(other, args)).toEqual(await results(own, straight));
  });

  it('gives the same bits again, whatever ran in between', async () => {
    const backend = new PlainBackend();
    const run = async (sizes: readonly [number, number, number]): Promise<Float32Array[]> => {
      const args = argumentsOn(backend, sizes, new Array<number>(sizes[1]).fill(sizes[0]));
      runFused(backend, 'recurrence', args);
      runFused(backend, 'recurrenceGrad', args);
      return results(backend, args);
    };
    const first = await run([4, 5, 9]);
    await run([2, 9, 40]);
    expect(await run([4, 5, 9])).toEqual(first);
  });

  it('gives a row the same bits alone and in a batch, with padding and without', async () => {
    const backend = new PlainBackend();
    const args = argumentsOn(backend, [5, 6, 20], [5, 3, 4, 0, 2, 1]);
    runFused(backend, 'recurrence', args);
    const all = new Float32Array(await backend.read(args.states.storage));
    const row = 1;
    const steps = 3;
    const alone = viewOf(backend.alloc(4 * (steps + 1) * 20), [1, steps + 1, 1, 20]);
    backend.write(alone.storage, all.slice(row * 20, row * 20 + 20));
    const x = { ...args.x, shape: [steps, 1, 3, 20], offset: row * args.x.strides[1]! };
    runFused(backend, 'recurrence', { ...args, x, lengths: null, states: alone, products: null });
    const got = new Float32Array(await backend.read(alone.storage));
    for (let step = 0; step <= steps; step++) {
      const start = step * 6 * 20 + row * 20;
      expect(got.slice(step * 20, step * 20 + 20)).toEqual(all.slice(start, start + 20));
    }
  });
});
