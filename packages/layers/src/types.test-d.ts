import type { Tensor } from '@ostinato/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import { Bidirectional, type BothStates, LSTM, Stacked } from './index.js';

describe('types', () => {
  it('carry the state through compositions', () => {
    const both = new Bidirectional(new LSTM(2, 3), new LSTM(2, 3));
    expectTypeOf(both.forward).returns.toHaveProperty('state').toEqualTypeOf<BothStates<Tensor>>();
    const deep = new Stacked([both, new Bidirectional(new LSTM(6, 3), new LSTM(6, 3))]);
    expectTypeOf(deep.forward).returns.toHaveProperty('state').toEqualTypeOf<BothStates<Tensor>[]>();
  });
});
