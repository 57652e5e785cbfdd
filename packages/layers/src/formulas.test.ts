import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import {
  add,
  concat,
  layerNorm,
  matmul,
  mul,
  type Parameter,
  RandomSource,
  relu,
  seed,
  select,
  sigmoid,
  slice,
  stack,
  sub,
  type Tensor,
  tanh,
  zeros,
} from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Clockwork,
  IndRNN,
  IRNN,
  LayerNormGRU,
  LayerNormLSTM,
  LSTM,
  MGU,
  SCRN,
  type SequenceLayer,
} from './index.js';

beforeAll(async () => {
  await init(reference());
  seed(8);
});

const STEPS = 4;
const UNITS = 3;

/** Part `index` of the columns of a matrix or of a vector, each `UNITS` wide. */
const gate = (x: Tensor, index: number, width = 1): Tensor =>
  slice(x, x.rank - 1, UNITS * index, UNITS * (index + width));

/** No parameter stays 0 or 1. */
async function shake(layer: SequenceLayer<unknown>): Promise<void> {
  const random = new RandomSource(77);
  for (const parameter of layer.parameters()) {
    parameter.copyFrom(add(parameter, mul(random.normal(parameter.shape), 0.3)));
  }
}

/** Holds a layer against its formulas, one step after another. */
async function follows<States extends readonly Tensor[]>(
  layer: SequenceLayer<unknown>,
  start: States,
  step: (x: Tensor, states: States) => { output: Tensor; states: States },
): Promise<void> {
  const x = new RandomSource(51).normal([2, STEPS, layer.inputSize]);
  let states = start;
  const outputs: Tensor[] = [];
  for (let time = 0; time < STEPS; time++) {
    const result = step(select(x, 1, time), states);
    outputs.push(result.output);
    states = result.states;
  }
  const wanted = await stack(outputs, 1).data();
  const found = await layer.forward(x).output.data();
  expect(found.length).toBe(wanted.length);
  for (const [at, value] of wanted.entries()) expect(found[at]).toBeCloseTo(value, 6);
}

describe('formulas', () => {
  it('IndRNN: h = relu(x·W + b + u h)', async () => {
    const layer = new IndRNN(2, UNITS);
    await shake(layer);
    await follows(layer, [zeros([2, UNITS])] as const, (x, [h]) => {
      const sums = add(matmul(x, layer.weight), layer.bias!);
      const next = relu(add(sums, mul(layer.cellParameters!, h)));
      return { output: next, states: [next] as const };
    });
  });

  it('minimal gated unit: one gate resets and updates', async () => {
    const layer = new MGU(2, UNITS);
    await shake(layer);
    const R = layer.recurrentWeight!;
    await follows(layer, [zeros([2, UNITS])] as const, (x, [h]) => {
      const sums = add(matmul(x, layer.weight), layer.bias!);
      const f = sigmoid(add(gate(sums, 0), matmul(h, gate(R, 0))));
      const n = tanh(add(gate(sums, 1), matmul(mul(f, h), gate(R, 1))));
      const next = add(mul(sub(1, f), h), mul(f, n));
      return { output: next, states: [next] as const };
    });
  });

  it.each([false, true])('SCRN: slow context beside a fast network, learnt alpha %s', async (learnAlpha) => {
    const layer = new SCRN(2, UNITS, 2, { alpha: 0.8, learnAlpha });
    await shake(layer);
    const alpha = layer.alphaLogit ? sigmoid(layer.alphaLogit) : 0.8;
    await follows(layer, [zeros([2, UNITS]), zeros([2, 2])] as const, (x, [h, s]) => {
      const context = add(mul(sub(1, alpha), matmul(x, layer.contextWeight)), mul(alpha, s));
      const seen = add(matmul(x, layer.weight), matmul(context, layer.contextToHidden));
      const hidden = sigmoid(add(add(seen, layer.bias!), matmul(h, layer.recurrentWeight)));
      return { output: concat([hidden, context], 1), states: [hidden, context] as const };
    });
  });

  it('layer-normalised LSTM', async () => {
    const layer = new LayerNormLSTM(2, UNITS);
    await shake(layer);
    await follows(layer, [zeros([2, UNITS]), zeros([2, UNITS])] as const, (x, [h, c]) => {
      const seen = layerNorm(matmul(x, layer.weight), layer.inputGain);
      const fed = layerNorm(matmul(h, layer.recurrentWeight!), layer.recurrentGain);
      const sums = add(add(seen, fed), layer.gateBias);
      const [i, f, g, o] = [0, 1, 2, 3].map((index) => gate(sums, index)) as [Tensor, Tensor, Tensor, Tensor];
      const memory = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      const output = mul(sigmoid(o), tanh(layerNorm(memory, layer.memoryGain, layer.memoryBias)));
      return { output, states: [output, memory] as const };
    });
  });

  it('layer-normalised GRU', async () => {
    const layer = new LayerNormGRU(2, UNITS);
    await shake(layer);
    const normalized = (x: Tensor, gain: Parameter, index: number, width = 1): Tensor =>
      layerNorm(gate(x, index, width), gate(gain, index, width));
    await follows(layer, [zeros([2, UNITS])] as const, (x, [h]) => {
      const seen = matmul(x, layer.weight);
      const fed = matmul(h, layer.recurrentWeight!);
      const both = add(normalized(seen, layer.inputGain, 0, 2), normalized(fed, layer.recurrentGain, 0, 2));
      const gates = sigmoid(add(both, gate(layer.gateBias, 0, 2)));
      const recurrent = add(normalized(fed, layer.recurrentGain, 2), layer.newBias);
      const input = add(normalized(seen, layer.inputGain, 2), gate(layer.gateBias, 2));
      const n = tanh(add(input, mul(gate(gates, 0), recurrent)));
      const z = gate(gates, 1);
      const next = add(mul(sub(1, z), n), mul(z, h));
      return { output: next, states: [next] as const };
    });
  });
});

describe('starts', () => {
  it('IRNN remembers what it sees: the identity, ReLU, small input weights', async () => {
    const layer = new IRNN(2, UNITS, { scale: 0.5 });
    expect([...(await layer.recurrentWeight!.data())]).toEqual([0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5]);
    expect(layer.cell.name).toBe('elman-relu');
    for (const value of await layer.weight.data()) expect(Math.abs(value)).toBeLessThan(0.01);
    expect(() => new IRNN(2, 3, { scale: 0 })).toThrow('IRNN: scale must be a number above 0, got 0');
  });

  it('IndRNN begins with weights between 0 and 1', async () => {
    const values = [...(await new IndRNN(2, 200).cellParameters!.data())];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((total, value) => total + value) / 200).toBeCloseTo(0.5, 1);
  });

  it('SCRN begins with its alpha, also where that is learnt', async () => {
    const layer = new SCRN(2, 3, 2, { learnAlpha: true });
    for (const value of await sigmoid(layer.alphaLogit!).data()) expect(value).toBeCloseTo(0.95, 6);
    expect(() => new SCRN(2, 3, 2, { alpha: 1 })).toThrow('SCRN: alpha must lie in (0, 1), got 1');
  });

  it('the forget gate of a layer-normalised LSTM is open', async () => {
    expect([...(await new LayerNormLSTM(2, 2).gateBias.data())]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('L12: networks by their parameters', () => {
    const plain = (gates: number): number => gates * (8 * 16 + 16 * 16 + 16);
    expect(new LSTM(8, 16).parameterCount).toBe(plain(4));
    expect(new MGU(8, 16).parameterCount).toBe(plain(2));
    expect(new IndRNN(8, 16).parameterCount).toBe(8 * 16 + 16 + 16);
    // Of the recurrent weights of four groups ten of sixteen blocks are left.
    expect(new Clockwork(8, 16).parameterCount).toBe(8 * 16 + (16 * 16 * 10) / 16 + 16);
    expect(new SCRN(8, 16, 4).parameterCount).toBe(8 * 4 + 8 * 16 + 4 * 16 + 16 * 16 + 16);
  });
});
