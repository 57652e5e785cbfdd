import type { Module } from '@ostinato/layers';
import type { Tensor } from '@ostinato/tensor';
import { expectTypeOf, it } from 'vitest';
import {
  Adam,
  type FitEvent,
  type FitOptions,
  fit,
  type NamedArrays,
  type TrainableModel,
} from '../index.js';

it('takes the type of a batch from the batches', () => {
  const model = {} as Module;
  const optimizer = new Adam(model);
  const events = fit({
    model,
    optimizer,
    epochs: 1,
    batches: () => [{ words: [1, 2] }],
    loss: (batch) => {
      expectTypeOf(batch).toEqualTypeOf<{ words: number[] }>();
      return {} as Tensor;
    },
  });
  expectTypeOf(events).toEqualTypeOf<AsyncGenerator<FitEvent, void, undefined>>();
  expectTypeOf<FitOptions<string>['loss']>().parameter(0).toEqualTypeOf<string>();
});

it('trains every module, whose state is what checkpoints hold', () => {
  expectTypeOf<Module>().toExtend<TrainableModel>();
  expectTypeOf<Awaited<ReturnType<Module['state']>>>().toExtend<NamedArrays>();
});

it('tells kinds of events apart', () => {
  const event = {} as FitEvent;
  if (event.kind === 'stopped')
    expectTypeOf(event.reason).toEqualTypeOf<'finished' | 'patience' | 'aborted'>();
  if (event.kind === 'step') expectTypeOf(event.loss).toBeNumber();
});
