import type { Kernels } from '@ostinato/kernel';
import type { KernelContext } from './context.js';
import { dispatchMap } from './dispatch-map.js';
import { withFewStorages } from './few-storages.js';

/** Runs a program at every position; see `Kernels.map`. */
export function map(
  context: KernelContext,
  ...[program, inputs, scalars, outs]: Parameters<Kernels['map']>
): void {
  withFewStorages(context, inputs, outs, (near, nearOuts) => {
    dispatchMap(context, program, near, scalars, nearOuts);
  });
}
