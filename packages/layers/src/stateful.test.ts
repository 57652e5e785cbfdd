import { init } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { dispose, gradients, RandomSource, select, slice, sum, type Tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { Bidirectional, Linear, LSTM, ProjectedLSTM, Stacked, Stateful } from './index.js';

beforeAll(async () => {
  await init(reference());
});

const data = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe('Stateful', () => {
  it('goes on where the last call ended, and forgets on reset', async () => {
    for (const inner of [
      new LSTM(3, 4),
      new ProjectedLSTM(3, 4, 2),
      new Stacked([new LSTM(3, 4), new LSTM(4, 2)]),
    ]) {
      const layer = new Stateful<unknown>(inner as LSTM);
      const x = new RandomSource(1).normal([2, 5, 3]);
      const whole = inner.forward(x).output;
      const first = layer.forward(slice(x, 1, 0, 3)).output;
      const second = layer.forward(slice(x, 1, 3, 4)).output;
      const third = layer.step(select(x, 1, 4)).output;
      expect(await data(first)).toEqual(await data(slice(whole, 1, 0, 3)));
      expect(await data(second)).toEqual(await data(slice(whole, 1, 3, 4)));
      expect(await data(third)).toEqual(await data(select(whole, 1, 4)));
      layer.reset();
      expect(layer.carried).toBeUndefined();
      expect(await data(layer.forward(slice(x, 1, 0, 3)).output)).toEqual(await data(first));
    }
  });

  it('takes a state that is given in place of its own', async () => {
    const inner = new LSTM(3, 4);
    const layer = new Stateful(inner);
    const x = new RandomSource(2).normal([2, 3, 3]);
    const state = new RandomSource(3).normal([2, 2, 4]);
    layer.forward(x);
    expect(await data(layer.forward(x, { state }).output)).toEqual(
      await data(inner.forward(x, { state }).output),
    );
  });

  it('keeps gradients within a call', () => {
    const layer = new Stateful(new LSTM(3, 4));
    const x = new RandomSource(4).normal([1, 3, 3]);
    gradients(sum(layer.forward(x).output), layer.parameters());
    // The graph of the first call is gone: gradients that went further back would throw.
    expect(gradients(sum(layer.forward(x).output), layer.parameters())).toHaveLength(3);
  });

  it('holds one state, and no history', async () => {
    const backend = await init(reference());
    const layer = new Stateful(new LSTM(3, 4));
    const x = zeros([2, 50, 3]);
    const before = backend.memory();
    dispose(layer.forward(x));
    const one = backend.memory();
    expect(one.liveStorages - before.liveStorages).toBe(1);
    expect(one.liveBytes - before.liveBytes).toBeLessThan(2 * 2 * 4 * 8 + 1);
    dispose(layer.forward(x));
    expect(backend.memory().liveStorages).toBe(one.liveStorages);
    layer.reset();
    expect(backend.memory().liveStorages).toBe(before.liveStorages);
  });

  it('names parameters of the layer inside, and refuses what is none', () => {
    const layer = new Stateful(new Bidirectional(new LSTM(3, 2), new LSTM(3, 2)));
    expect([...layer.namedParameters()][0]![0]).toBe('layer.forwards.weight');
    expect(layer.outputSize).toBe(4);
    expect(() => new Stateful(new Linear(2, 2) as never)).toThrow(
      'Stateful: needs a SequenceLayer, got an object with',
    );
  });
});
