import { cpu } from '@ostinato/backend-cpu';
import { init, profiled, useBackend } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  gradients,
  noGrad,
  RandomSource,
  seed,
  square,
  sum,
  tensor,
  variable,
  zeros,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { runApart, runTogether } from './clockwork-forms.js';
import { Clockwork } from './index.js';
import { batchMajor } from './one-way-layer.js';

type Matrix = number[][];

interface Walked {
  readonly time: number;
  readonly ragged: boolean;
  readonly reverse: boolean;
}

describe.each([
  ['reference', reference, 6],
  ['cpu', cpu, 4],
])('Clockwork on %s', (_, backend, digits) => {
  beforeAll(async () => {
    await init(backend());
    seed(5);
  });

  const close = (found: ArrayLike<number>, wanted: ArrayLike<number>): void => {
    expect(found.length).toBe(wanted.length);
    for (let at = 0; at < wanted.length; at++) expect(found[at]).toBeCloseTo(wanted[at]!, digits);
  };

  it.each([
    [5, [1, 2, 4]],
    [4, [2, 3]],
    [3, [1]],
    [7, [1, 3, 9]],
  ])('%d units with periods %j follow the formulas', async (units, periods) => {
    const layer = new Clockwork(2, units, { periods });
    layer.bias!.assign(Float32Array.from({ length: units }, (_, at) => 0.3 - 0.2 * at));
    const x = new RandomSource(41).normal([1, 11, 2]);
    const [rows] = (await x.array()) as Matrix[];
    const weight = (await layer.weight.array()) as Matrix;
    const bias = await layer.bias!.data();
    const weights = (await Promise.all(layer.recurrentWeights.map((part) => part.array()))) as Matrix[];
    const groupOf = weights.flatMap((part, group) => part.map(() => group));
    const recurrent = weights.flat();
    let h = new Array<number>(units).fill(0);
    const wanted = rows!.map((input, time) => {
      const before = h;
      h = before.map((kept, unit) => {
        if (time % periods[groupOf[unit]!]! !== 0) return kept;
        const seen = input.reduce((total, value, at) => total + value * weight[at]![unit]!, bias[unit]!);
        const fed = before.map((value, from) =>
          groupOf[from]! >= groupOf[unit]! ? value * recurrent[from]![unit]! : 0,
        );
        return Math.tanh(fed.reduce((total, value) => total + value, seen));
      });
      return h;
    });
    const { output, state } = layer.forward(x);
    close(await output.data(), wanted.flat());
    close(await state.data(), [...h, ...new Array<number>(units).fill(11)]);
  });

  it.each([
    [8, [1, 2, 4, 8]],
    [5, [2, 6]],
    [3, [1]],
    [6, [3, 3 * 5]],
  ])('%d units with periods %j: groups apart give what they give together', async (units, periods) => {
    const layer = new Clockwork(3, units, { periods });
    const numbers = (await new RandomSource(42).normal([13, 4, 3]).data()) as Float32Array;
    const lengths = tensor(new Int32Array([13, 0, 6, 9]));
    const run = async (form: typeof runApart, { time, ragged, reverse }: Walked) => {
      const x = variable(tensor(numbers.slice(0, time * 12), [time, 4, 3]));
      const walk = { x, state: undefined, reverse, lengths: ragged ? lengths : undefined };
      const { output, final } = form(layer.parts(), walk);
      // What stands in the padding may differ: the layer clears it.
      const real = batchMajor(output, walk.lengths);
      const found = gradients(sum(square(real)), [x, ...layer.parameters()]);
      return Promise.all([real, final, ...found].map((part) => part!.data()));
    };
    for (const reverse of [false, true]) {
      for (const [time, ragged] of [
        [13, true],
        [13, false],
        [1, false],
        [2, false],
      ] as const) {
        const steps = { time, ragged, reverse };
        const [apart, together] = [await run(runApart, steps), await run(runTogether, steps)];
        for (const [index, part] of together.entries()) close(apart[index]!, part);
      }
    }
  });
});

describe('Clockwork', () => {
  beforeAll(async () => {
    await init(reference());
  });

  it('takes the faster form by itself, and the same number of calls for any time', async () => {
    const inner = await init(cpu());
    const watched = profiled(inner);
    useBackend(watched);
    const layer = new Clockwork(2, 64);
    const calls = (rows: number, time: number): Record<string, number> => {
      const x = zeros([rows, time, 2]);
      watched.reset();
      noGrad(() => layer.forward(x));
      return Object.fromEntries(watched.report().map(({ kernel, calls }) => [kernel, calls]));
    };
    expect(calls(1, 8).recurrence).toBe(1);
    const many = calls(512, 10);
    expect(many.recurrence).toBe(4);
    expect(calls(512, 12)).toEqual(many);
    useBackend(await init(reference()));
  });

  it('has weights only from slower groups to faster ones', () => {
    const layer = new Clockwork(3, 6, { periods: [1, 2, 4] });
    expect(layer.recurrentWeights.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 4],
      [2, 6],
    ]);
    expect(new Clockwork(3, 7, { groups: 3 }).recurrentWeights.map(({ shape }) => shape[0])).toEqual([
      3, 2, 2,
    ]);
    expect(new Clockwork(3, 6).periods).toEqual([1, 2, 4, 8]);
  });

  it.each([
    ['periods must be whole numbers from 1 that rise, got [2, 2]', { periods: [2, 2] }],
    ['periods must be whole numbers from 1 that rise, got [0, 2]', { periods: [0, 2] }],
    ['periods must be whole numbers from 1 that rise, got []', { periods: [] }],
    ['groups says 3, but there are 2 periods; give one of the two', { groups: 3, periods: [1, 2] }],
    ['hiddenSize 4 is not enough for 5 groups; each needs a unit', { groups: 5 }],
    ['groups must be a whole number from 1, got 0', { groups: 0 }],
  ])('says that %s', (message, options) => {
    expect(() => new Clockwork(3, 4, options)).toThrow(`Clockwork: ${message}`);
  });
});
