import type { Tensor } from '@ostinato/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import {
  crossEntropy,
  ctcLoss,
  huber,
  type Lengths,
  meanSquaredError,
  type Reduction,
  sequenceMask,
} from './index.js';

declare const logits: Tensor;
declare const batch: { tokens: Int32Array; tags: Int32Array; lengths: Int32Array };

describe('losses', () => {
  it('take a whole batch for their options', () => {
    expectTypeOf(crossEntropy(logits, batch.tags, batch)).toEqualTypeOf<Tensor>();
    expectTypeOf(meanSquaredError(logits, logits, batch)).toEqualTypeOf<Tensor>();
  });
  it('take lengths in three forms', () => {
    expectTypeOf<number[]>().toExtend<Lengths>();
    expectTypeOf<Int32Array>().toExtend<Lengths>();
    expectTypeOf<Tensor>().toExtend<Lengths>();
    expectTypeOf(sequenceMask).parameter(0).toEqualTypeOf<Lengths>();
  });
  it('take targets of CTC in four forms', () => {
    for (const targets of [[[1, 2], [3]], [new Int32Array(2)], new Int32Array(4), [1, 2], logits] as const)
      expectTypeOf(ctcLoss(logits, targets, { inputLengths: batch.lengths })).toEqualTypeOf<Tensor>();
    // @ts-expect-error symbols are numbers
    ctcLoss(logits, [['a', 'b']]);
  });
  it('know their reductions and options', () => {
    expectTypeOf<Reduction>().toEqualTypeOf<'mean' | 'sum' | 'batchMean' | 'none'>();
    // @ts-expect-error there is no such reduction
    crossEntropy(logits, batch.tags, { reduction: 'average' });
    // @ts-expect-error delta belongs to huber
    meanSquaredError(logits, logits, { delta: 1 });
    huber(logits, logits, { delta: 1, lengths: [1], reduction: undefined });
  });
});
