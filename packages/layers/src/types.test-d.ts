import type { Tensor } from '@ostinato/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import { Bidirectional, type BothStates, LSTM, recurrentNetwork, Stacked } from './index.js';

describe('types', () => {
  it('carry the state through compositions', () => {
    const both = new Bidirectional(new LSTM(2, 3), new LSTM(2, 3));
    expectTypeOf(both.forward).returns.toHaveProperty('state').toEqualTypeOf<BothStates<Tensor>>();
    const deep = new Stacked([both, new Bidirectional(new LSTM(6, 3), new LSTM(6, 3))]);
    expectTypeOf(deep.forward).returns.toHaveProperty('state').toEqualTypeOf<BothStates<Tensor>[]>();
    const shape = { cell: 'lstm', inputSize: 2, hiddenSize: 3 } as const;
    expectTypeOf(recurrentNetwork(shape)).toEqualTypeOf<Stacked<Tensor>>();
    expectTypeOf(recurrentNetwork({ ...shape, bidirectional: true })).toEqualTypeOf<
      Stacked<BothStates<Tensor>>
    >();
  });
  it('know the settings of each network', () => {
    const shape = { inputSize: 2, hiddenSize: 3 };
    recurrentNetwork({ ...shape, cell: 'lstm', options: { peephole: true } });
    // @ts-expect-error A GRU has no peepholes.
    recurrentNetwork({ ...shape, cell: 'gru', options: { peephole: true } });
  });
});
