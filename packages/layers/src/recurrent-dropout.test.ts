import { cpu } from '@ostinato/backend-cpu';
import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  add,
  defaultRandom,
  gradcheck,
  matmul,
  mul,
  RandomSource,
  seed,
  select,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tanh,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropoutMask } from './dropout-mask.js';
import {
  Elman,
  GRU,
  LayerNormGRU,
  LayerNormLSTM,
  LSTM,
  MGU,
  type RecurrentLayer,
  type RecurrentOptions,
} from './index.js';

const layers: [string, (options?: RecurrentOptions) => RecurrentLayer][] = [
  ['Elman', (options) => new Elman(3, 8, options)],
  ['LSTM', (options) => new LSTM(3, 8, options)],
  ['GRU', (options) => new GRU(3, 8, options)],
  ['GRU, reset before', (options) => new GRU(3, 8, { ...options, resetAfter: false })],
  ['minimal gated unit', (options) => new MGU(3, 8, options)],
  ['layer-normalised LSTM', (options) => new LayerNormLSTM(3, 8, options)],
  ['layer-normalised GRU', (options) => new LayerNormGRU(3, 8, options)],
];

describe.each([
  ['reference', reference],
  ['cpu', cpu],
])('recurrent dropout on %s', (_, backend) => {
  beforeAll(async () => {
    await init(backend());
    seed(1);
  });

  it.each(layers)('%s: drops what is fed back only, and nothing in evaluation', async (_, make) => {
    const layer = make({ recurrentDropout: 0.5 });
    const x = new RandomSource(3).normal([2, 4, 3]);
    const trained = layer.forward(x);
    const plain = layer.evaluate().forward(x);
    expect(trained.state.shape).toEqual(plain.state.shape);
    // The first step starts from zeros, so nothing is dropped there yet.
    expect(await slice(trained.output, 1, 0, 1).data()).toEqual(await slice(plain.output, 1, 0, 1).data());
    expect(await trained.output.data()).not.toEqual(await plain.output.data());
    const again = make();
    again.loadState(await layer.state());
    expect(await again.forward(x).output.data()).toEqual(await plain.output.data());
  });

  it('GRU, reset before: one mask for the sequence, on the h of both products', async () => {
    const layer = new GRU(3, 4, {
      recurrentDropout: 0.5,
      resetAfter: false,
      parameterInit: () => new Float32Array([0.1, 0.2, 0.3, 0.4]),
    });
    const x = new RandomSource(4).normal([2, 5, 3]);
    const start = new RandomSource(5).normal([1, 2, 4]);
    const before = defaultRandom().state;
    const { output } = layer.forward(x, { state: start });
    defaultRandom().restore(before);
    const mask = select(dropoutMask([1, 2, 4], 0.5, x.backend), 0, 0);
    const gate = (from: Tensor, index: number): Tensor => slice(from, 1, 4 * index, 4 * index + 4);
    let h = select(start, 0, 0);
    for (let time = 0; time < 5; time++) {
      const input = add(matmul(select(x, 1, time), layer.weight), layer.bias!);
      const fed = mul(h, mask);
      const sums = add(input, matmul(fed, layer.recurrentWeight!));
      const [reset, update] = [sigmoid(gate(sums, 0)), sigmoid(gate(sums, 1))];
      const product = matmul(mul(reset, fed), gate(layer.recurrentWeight!, 2));
      const candidate = tanh(add(gate(input, 2), add(product, layer.cellParameters!)));
      h = add(candidate, mul(update, sub(h, candidate)));
      const found = await select(output, 1, time).data();
      const wanted = await h.data();
      for (const [at, value] of wanted.entries()) expect(found[at]).toBeCloseTo(value, 5);
    }
  });
});

describe('gradients', () => {
  it.each(layers)('%s: flow through the mask', async (_, make) => {
    await init(reference());
    const layer = make({ recurrentDropout: 0.5 });
    await gradcheck(
      (x) => {
        seed(7);
        return layer.forward(x, { lengths: [4, 2] }).output;
      },
      [new RandomSource(6).normal([2, 4, 3])],
    );
  });
});
