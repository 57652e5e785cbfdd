import { cpu } from '@ostinato/backend-cpu';
import { init, profiled, useBackend } from '@ostinato/kernel';
import { gradients, seed, sum, tensor, zeros } from '@ostinato/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Bidirectional,
  Embedding,
  type GRU,
  LSTM,
  lengthsOf,
  type NetworkName,
  recurrentNetwork,
  type SequenceLayer,
  Stacked,
} from './index.js';
import { fusable } from './testing.js';

beforeAll(async () => {
  await init(cpu());
  seed(1);
});

describe('recurrentNetwork', () => {
  it('is what one would stack by hand', async () => {
    const network = recurrentNetwork({
      cell: 'lstm',
      inputSize: 3,
      hiddenSize: 4,
      layers: 2,
      bidirectional: true,
      dropout: 0.25,
      options: { peephole: true, recurrentDropout: 0.5 },
    });
    const [first, second] = network.layers as [Bidirectional<unknown>, Bidirectional<unknown>];
    expect(first).toBeInstanceOf(Bidirectional);
    expect([first.inputSize, second.inputSize, network.outputSize]).toEqual([3, 8, 8]);
    expect(network.between.rate).toBe(0.25);
    const inside = first.backwards as LSTM;
    expect(inside.cell.name).toBe('lstm-peephole');
    expect(inside.recurrentDropout).toBe(0.5);
    const byHand = new Stacked([
      new Bidirectional(new LSTM(3, 4, { peephole: true }), new LSTM(3, 4, { peephole: true })),
      new Bidirectional(new LSTM(8, 4, { peephole: true }), new LSTM(8, 4, { peephole: true })),
    ]);
    byHand.loadState(await network.state());
    const x = zeros([2, 3, 3]);
    expect(await network.evaluate().forward(x).output.data()).toEqual(await byHand.forward(x).output.data());
  });

  it('knows the networks by name', () => {
    const names: NetworkName[] = [
      'elman',
      'irnn',
      'lstm',
      'gru',
      'mgu',
      'indrnn',
      'clockwork',
      'layerNormLstm',
      'layerNormGru',
    ];
    for (const cell of names) {
      const network = recurrentNetwork({ cell, inputSize: 3, hiddenSize: 4, layers: 2 });
      expect(network.forward(zeros([2, 3, 3])).output.shape).toEqual([2, 3, 4]);
    }
    expect((recurrentNetwork({ cell: 'gru', inputSize: 3, hiddenSize: 4 }).layers[0] as GRU).resetAfter).toBe(
      true,
    );
    expect(() => recurrentNetwork({ cell: 'transformer' as 'gru', inputSize: 3, hiddenSize: 4 })).toThrow(
      /cell must be one of elman, irnn, lstm, .*, got 'transformer'/,
    );
    expect(() => recurrentNetwork({ cell: 'gru', inputSize: 3, hiddenSize: 4, layers: 0 })).toThrow(
      'recurrentNetwork: layers must be a whole number from 1, got 0',
    );
  });
});

describe('lengthsOf', () => {
  const tokens = () => tensor(new Int32Array([5, 3, 0, 0, 2, 0, 7, 0, 0, 0, 0, 0]), [3, 4]);

  it('counts up to the last symbol that is no padding', async () => {
    expect([...(await lengthsOf(tokens(), 0).data())]).toEqual([2, 3, 0]);
    expect([...(await lengthsOf(tokens(), 9).data())]).toEqual([4, 4, 4]);
    expect([...(await lengthsOf(tensor(new Int32Array(0), [2, 0]), 0).data())]).toEqual([0, 0]);
    expect([...(await lengthsOf(tensor(new Int32Array([-1, 4, -1]), [1, 3]), -1).data())]).toEqual([2]);
  });

  it('comes from an embedding that knows its padding', async () => {
    const embedding = new Embedding(8, 3, { padding: 0 });
    const lengths = embedding.lengths(tokens());
    const layer = new LSTM(3, 4);
    const { output } = layer.forward(embedding.forward(tokens()), { lengths });
    expect(await output.data()).toEqual(
      await layer.forward(embedding.forward(tokens()), { lengths: [2, 3, 0] }).output.data(),
    );
    expect(() => new Embedding(8, 3).lengths(tokens())).toThrow(/which row is padding/);
  });

  it('says what it takes', () => {
    expect(() => lengthsOf(zeros([2, 3]), 0)).toThrow('lengthsOf: tokens must be i32, got f32');
    expect(() => lengthsOf(tensor(new Int32Array(3)), 0)).toThrow(
      'lengthsOf: tokens must have shape [batch, time], got [3]',
    );
  });
});

describe('kernel calls', () => {
  it.each(fusable)('%s, two layers both ways: as many for any number of steps', async (_, make) => {
    const inner = await init(cpu());
    const watched = profiled(inner);
    useBackend(watched);
    const both = (inputs: number): SequenceLayer<unknown> => new Bidirectional(make(inputs), make(inputs));
    const first = both(3);
    const network = new Stacked([first, both(first.outputSize)]);
    const calls = (time: number, lengths?: number[]): Record<string, number> => {
      const x = zeros([2, time, 3]);
      watched.reset();
      const result = network.forward(x, { lengths });
      gradients(sum(result.output), network.parameters());
      return Object.fromEntries(watched.report().map(({ kernel, calls }) => [kernel, calls]));
    };
    const few = calls(5);
    expect(few.recurrence).toBeGreaterThanOrEqual(4);
    expect(few.recurrenceGrad).toBe(few.recurrence);
    expect(calls(50)).toEqual(few);
    expect(calls(50, [50, 20])).toEqual(calls(5, [5, 2]));
    useBackend(inner);
  });
});
