import { expectTypeOf, it } from 'vitest';
import type { Backend, LayerNormArgs, RecurrenceArgs, SoftmaxArgs } from './backend.js';
import { type FusedArgs, runFused } from './fused.js';

it('knows the arguments of each fused kernel by its name', () => {
  expectTypeOf<FusedArgs<'softmax'>>().toEqualTypeOf<SoftmaxArgs>();
  expectTypeOf<FusedArgs<'layerNorm'>>().toEqualTypeOf<LayerNormArgs>();
  expectTypeOf<FusedArgs<'recurrence'>>().toEqualTypeOf<RecurrenceArgs>();
});

it('takes the arguments of the kernel that is named, and no others', () => {
  const run = (backend: Backend, softmax: SoftmaxArgs, layerNorm: LayerNormArgs): void => {
    runFused(backend, 'softmax', softmax);
    // @ts-expect-error These are arguments of another kernel.
    runFused(backend, 'softmax', layerNorm);
    // @ts-expect-error There is no such kernel.
    runFused(backend, 'convolution', softmax);
  };
  expectTypeOf(run).returns.toBeVoid();
});
