import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init } from '@ostinato/kernel';
import { Linear, LSTM } from '@ostinato/layers';
import {
  add,
  backward,
  concat,
  expandDims,
  matmul,
  mean,
  mul,
  Parameter,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tidy,
  unstack,
  variable,
} from '@ostinato/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import { Carry, detachCarry, SGD, truncated } from './index.js';

let backend: Backend;
beforeEach(async () => {
  backend = await init(cpu());
});

/** h = tanh(x + h · w) over the rows of x [time, 2]. */
function network(w: Parameter) {
  return (x: Tensor, carry?: { h: Tensor }): { loss: Tensor; carry: { h: Tensor } } => {
    let h = carry?.h ?? tensor([[0, 0]]);
    const outputs: Tensor[] = [];
    for (const row of unstack(x, 0)) {
      h = tanh(add(row, matmul(h, w)));
      outputs.push(h);
    }
    return { loss: sum(square(concat(outputs, 0))), carry: { h } };
  };
}

const weight = (): Parameter =>
  new Parameter(
    tensor([
      [0.5, -1],
      [1, 0.25],
    ]),
  );
const sequence = (): Tensor => tensor(Array.from({ length: 6 }, (_, t) => [Math.sin(t), Math.cos(2 * t)]));
const numbers = async (values: Tensor): Promise<number[]> => [...(await values.data())];

describe('detachCarry', () => {
  it('cuts off tensors in arrays, objects and maps', async () => {
    const x = variable(tensor([2]));
    const carry = { layers: [square(x), mul(x, 3)], byName: new Map([['h', square(x)]]), time: 7 };
    const cut = detachCarry(carry);
    expect(cut.time).toBe(7);
    expect(cut.layers.map((layer) => layer.requiresGrad)).toEqual([false, false]);
    expect(cut.byName.get('h')!.requiresGrad).toBe(false);
    expect(await cut.byName.get('h')!.item()).toBe(4);
    expect(carry.layers[0]!.requiresGrad).toBe(true);
  });
});

describe('truncated backpropagation', () => {
  it('is the full one where the chunk is the sequence', async () => {
    const w = weight();
    tidy(() => backward(network(w)(sequence()).loss));
    const gradient = await numbers(w.gradient!);
    const v = weight();
    const optimizer = new SGD([v], { rate: 1 });
    for (const _ of truncated({ optimizer, chunks: [sequence()], step: network(v) }));
    const [before, after] = [await numbers(weight()), await numbers(v)];
    for (const [index, value] of gradient.entries())
      expect(before[index]! - after[index]!).toBeCloseTo(value, 5);
  });

  it('hands numbers on and no gradients, and frees what it made', async () => {
    const x = sequence();
    const chunks = [slice(x, 0, 0, 3), slice(x, 0, 3, 6)];
    const v = weight();
    const optimizer = new SGD([v], { rate: 0 });
    const losses: number[] = [];
    const live: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (const loss of truncated({ optimizer, chunks, step: network(v) })) losses.push(await loss.item());
      live.push(backend.memory().liveStorages);
    }
    const whole = await tidy(() => network(v)(x).loss).item();
    expect(losses[0]! + losses[1]!).toBeCloseTo(whole, 4);
    expect(new Set(live).size).toBe(1);
  });

  it('can be written by hand with layers, as the example of Carry does', async () => {
    const [rnn, head] = [new LSTM(2, 3), new Linear(3, 1)];
    const optimizer = new SGD([...rnn.parameters(), ...head.parameters()], { rate: 0 });
    const x = expandDims(sequence(), 0);
    const y = tensor([[[1], [0]]]);
    const chunks = [0, 2, 4].map((from) => ({ x: slice(x, 1, from, from + 2), y }));
    const whole = tidy(() => rnn.forward(x).state);

    const carry = new Carry<Tensor>();
    for (const chunk of chunks) {
      optimizer.step(() => {
        const { output, state } = rnn.forward(chunk.x, { state: carry.value });
        carry.set(state);
        return mean(square(sub(head.forward(output), chunk.y)));
      });
    }

    // With a rate of 0 the chunks, one after the other, are the whole sequence.
    const expected = await numbers(whole);
    for (const [index, value] of (await numbers(carry.value!)).entries()) {
      expect(value).toBeCloseTo(expected[index]!, 5);
    }
    carry.clear();
  });

  it('can be written by hand', async () => {
    const v = weight();
    const optimizer = new SGD([v], { rate: 0.1 });
    const step = network(v);
    const carry = new Carry<{ h: Tensor }>();
    for (let chunk = 0; chunk < 3; chunk++) {
      optimizer.step(() => {
        const result = step(sequence(), carry.value);
        carry.set(result.carry);
        return result.loss;
      });
    }
    expect(carry.value!.h.requiresGrad).toBe(false);
    expect(await numbers(carry.value!.h)).toHaveLength(2);
    carry.clear();
    expect(carry.value).toBeUndefined();
  });
});
