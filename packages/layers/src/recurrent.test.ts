import { defineCell, expr, init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  concat,
  gradcheck,
  gradients,
  mul,
  pad,
  RandomSource,
  reshape,
  seed,
  slice,
  square,
  stack,
  sum,
  type Tensor,
  tensor,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { Bidirectional, Elman, GRU, LSTM, Recurrent, type SequenceLayer, Stacked } from './index.js';

beforeAll(async () => {
  await init(reference());
  seed(1);
});

const indices = (...values: number[]) => tensor(new Int32Array(values));
const random = new RandomSource(11);

/** A user's own cell: minimal gated unit (Zhou et al. 2016) without the inner product's gate. */
const ownCell = defineCell({ gates: 2, states: 1 }, ({ x, r, s: [h] }) => {
  const forget = expr.sigmoid(expr.add(x[0]!, r[0]!));
  const candidate = expr.tanh(expr.add(x[1]!, r[1]!));
  return [expr.add(expr.mul(forget, candidate), expr.mul(expr.sub(1, forget), h!))];
});

const layers: [string, () => SequenceLayer<unknown>][] = [
  ['Elman', () => new Elman(3, 4)],
  ['Elman relu', () => new Elman(3, 4, { activation: 'relu' })],
  ['Elman linear, no bias', () => new Elman(3, 4, { activation: 'linear', bias: false })],
  ['LSTM', () => new LSTM(3, 4)],
  [
    'peephole LSTM',
    () =>
      new LSTM(3, 4, {
        peephole: true,
        parameterInit: (shape) => new Float32Array(shape[0]! * shape[1]!).fill(0.3),
      }),
  ],
  ['coupled LSTM', () => new LSTM(3, 4, { coupled: true, peephole: true })],
  [
    'GRU',
    () => new GRU(3, 4, { parameterInit: (shape) => new Float32Array(shape[0]! * shape[1]!).fill(0.2) }),
  ],
  ['GRU, reset before', () => new GRU(3, 4, { resetAfter: false })],
  ['own cell', () => new Recurrent(ownCell, 3, 4)],
  ['own cell, unmixed', () => new Recurrent(ownCell, 3, 4, { mixing: false })],
  ['bidirectional GRU', () => new Bidirectional(new GRU(3, 2), new GRU(3, 2))],
  ['stacked', () => new Stacked([new LSTM(3, 4), new LSTM(4, 4)])],
  [
    'stacked bidirectional',
    () =>
      new Stacked([
        new Bidirectional(new Elman(3, 2), new LSTM(3, 2)),
        new Bidirectional(new LSTM(4, 2), new GRU(4, 2)),
      ]),
  ],
];

/** All tensors inside a state. */
function leaves(state: unknown): Tensor[] {
  if (typeof state === 'object' && state !== null && 'view' in state) return [state as Tensor];
  return Object.values(state as object).flatMap(leaves);
}

describe.each(layers)('%s', (_, make) => {
  it('has right gradients, on ragged rows and both ways', async () => {
    const layer = make();
    const x = random.normal([3, 5, 3]);
    const lengths = indices(5, 2, 0);
    for (const reverse of [false, true]) {
      const result = (input: Tensor): Tensor => {
        const { output, state } = layer.forward(input, { lengths, reverse });
        return concat([reshape(output, [-1]), ...leaves(state).map((part) => reshape(part, [-1]))], 0);
      };
      await gradcheck(result, [x]);
      // The parameters: the gradient that backward gives against differences of the very same loss.
      for (const parameter of layer.parameters()) {
        const [gradient] = gradients(sum(square(result(x))), [parameter]);
        const before = await parameter.data();
        const at = Math.floor(parameter.size / 2);
        const lossWith = async (amount: number): Promise<number> => {
          parameter.assign(
            Float32Array.from(before, (value, index) => (index === at ? value + amount : value)),
          );
          return sum(square(result(x))).item();
        };
        const numeric = ((await lossWith(2 ** -8)) - (await lossWith(-(2 ** -8)))) / 2 ** -7;
        parameter.assign(before as Float32Array);
        expect((await gradient!.data())[at]).toBeCloseTo(numeric, 2);
      }
    }
  });

  it('is not changed by padding', async () => {
    const layer = make();
    const x = random.normal([2, 4, 3]);
    const lengths = indices(4, 2);
    const run = async (input: Tensor) => {
      const { output, state } = layer.forward(input, { lengths });
      const parameters = layer.parameters();
      const grads = gradients(sum(square(output)), parameters);
      return {
        output: await slice(output, 1, 0, 4).data(),
        state: await Promise.all(leaves(state).map((part) => part.data())),
        gradients: await Promise.all(grads.map((gradient) => gradient!.data())),
      };
    };
    const plain = await run(x);
    expect(await run(pad(x, 1, 0, 3, 1e6))).toEqual(plain);
    expect([...plain.output.slice((4 + 2) * layer.outputSize)]).toEqual(
      new Array(2 * layer.outputSize).fill(0),
    );
  });
});

describe.each(layers.filter(([name]) => !name.includes('bidirectional') && name !== 'stacked'))(
  '%s',
  (_, make) => {
    it('gives step by step what it gives for the sequence', async () => {
      const layer = make() as Recurrent;
      const x = random.normal([2, 5, 3]);
      const { output, state } = layer.forward(x);
      const outputs: Tensor[] = [];
      let carried: Tensor | undefined;
      for (let time = 0; time < 5; time++) {
        const result = layer.step(reshape(slice(x, 1, time, time + 1), [2, 3]), carried);
        outputs.push(result.output);
        carried = result.state;
      }
      expect(await stack(outputs, 1).data()).toEqual(await output.data());
      expect(await carried!.data()).toEqual(await state.data());
    });

    it('goes on from a state it returned', async () => {
      const layer = make() as Recurrent;
      const x = random.normal([2, 5, 3]);
      const first = layer.forward(slice(x, 1, 0, 3));
      const second = layer.forward(slice(x, 1, 3), { state: first.state });
      expect(await concat([first.output, second.output], 1).data()).toEqual(
        await layer.forward(x).output.data(),
      );
    });
  },
);

describe('the lecture', () => {
  it('L4: memory makes the same inputs give other outputs', async () => {
    const layer = new Elman(2, 2, { activation: 'linear', bias: false });
    layer.weight.assign(new Float32Array(4).fill(1));
    layer.recurrentWeight!.assign(new Float32Array(4).fill(1));
    const run = async (x: number[][]) => {
      const { output, state } = layer.forward(tensor([x]));
      // The output layer has all weights 1, too.
      const y = mul(sum(output, 2, { keepDims: true }), tensor([1, 1]));
      return { memory: await output.array(), y: await y.array(), state: await state.data() };
    };
    const { memory, y } = await run([
      [1, 1],
      [1, 1],
      [2, 2],
    ]);
    expect(memory).toEqual([
      [
        [2, 2],
        [6, 6],
        [16, 16],
      ],
    ]);
    expect(y).toEqual([
      [
        [4, 4],
        [12, 12],
        [32, 32],
      ],
    ]);
    expect(
      (
        await run([
          [2, 2],
          [1, 1],
          [1, 1],
        ])
      ).y,
    ).not.toEqual(y);
  });

  it('L5: the gradients of all steps add up in one weight', async () => {
    const layer = new Elman(1, 1, { activation: 'linear', bias: false });
    layer.weight.assign(new Float32Array([1]));
    layer.recurrentWeight!.assign(new Float32Array([0]));
    const [gradient] = gradients(sum(layer.forward(tensor([[[1], [2], [3]]])).output), [layer.weight]);
    expect(await gradient!.item()).toBe(6);
  });

  it('L11: the hand-worked LSTM', async () => {
    const layer = new LSTM(3, 1, { candidate: 'linear', output: 'linear' });
    // Gates i, f, g, o; columns of the weight [3, 4].
    layer.weight.assign(new Float32Array([0, 0, 1, 0, 100, 100, 0, 0, 0, 0, 0, 100]));
    layer.recurrentWeight!.assign(new Float32Array(4));
    layer.bias!.assign(new Float32Array([-10, 10, 0, -10]));
    const steps: { x: number[]; y: number; c: number }[] = [
      { x: [3, 1, 0], y: 0, c: 3 },
      { x: [4, 1, 0], y: 0, c: 7 },
      { x: [2, 0, 0], y: 0, c: 7 },
      { x: [1, 0, 1], y: 7, c: 7 },
      { x: [3, -1, 0], y: 0, c: 0 },
    ];
    let state: Tensor | undefined;
    for (const { x, y, c } of steps) {
      const result = layer.step(tensor([x]), state);
      state = result.state;
      const [, memory] = await state.data();
      expect(await result.output.item()).toBeCloseTo(y, 2);
      expect(memory).toBeCloseTo(c, 2);
    }
    const { output } = layer.forward(tensor([steps.map(({ x }) => x)]));
    expect([...(await output.data())].map(Math.round)).toEqual([0, 0, 0, 7, 0]);
  });

  it('L20: the weight on the memory, used a thousand times', async () => {
    const layer = new Elman(1, 1, { activation: 'linear', bias: false });
    const x = tensor([Array.from({ length: 1000 }, (_, time) => [time === 0 ? 1 : 0])]);
    const last = async (w: number) => {
      layer.weight.assign(new Float32Array([1]));
      layer.recurrentWeight!.assign(new Float32Array([w]));
      return slice(layer.forward(x).output, 1, 999, 1000).item();
    };
    expect(await last(1)).toBe(1);
    expect((await last(1.01)) / 1.01 ** 999).toBeCloseTo(1, 3);
    expect(await last(1.01)).toBeGreaterThan(20000);
    expect(await last(0.99)).toBeCloseTo(0, 4);
    expect(await last(0.01)).toBe(0);
  });
});

describe('recurrent dropout', () => {
  it('drops what is fed back only, with one mask for the sequence, and nothing in evaluation', async () => {
    const layer = new LSTM(3, 8, { recurrentDropout: 0.5 });
    const x = random.normal([2, 4, 3]);
    const trained = layer.forward(x);
    const plain = layer.evaluate().forward(x);
    expect(trained.state.shape).toEqual([2, 2, 8]);
    // The first step starts from zeros, so nothing is dropped there yet.
    expect(await slice(trained.output, 1, 0, 1).data()).toEqual(await slice(plain.output, 1, 0, 1).data());
    expect(await trained.output.data()).not.toEqual(await plain.output.data());
    const again = new LSTM(3, 8);
    again.loadState(await layer.state());
    expect(await again.forward(x).output.data()).toEqual(await plain.output.data());
  });
});

describe('bad use', () => {
  it('is answered with the layer, what is wanted and what came', () => {
    const layer = new LSTM(3, 4);
    expect(() => layer.forward(random.normal([2, 5, 2]))).toThrow(
      'LSTM(3, 4): x must have shape [batch, time, 3], got [2, 5, 2]',
    );
    expect(() => layer.forward(random.normal([2, 5, 3]), { lengths: indices(1) })).toThrow(
      /lengths must have shape \[2\]/,
    );
    expect(() => new Stacked([new LSTM(3, 4), new LSTM(3, 4)])).toThrow(
      /layer 1 takes 3 features, but layer 0 gives 4/,
    );
    expect(() => new Bidirectional(new LSTM(3, 4), new LSTM(2, 4))).toThrow(/take 3 and 2 features/);
  });
});
