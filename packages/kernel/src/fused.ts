import type { Backend, FusedKernels } from './backend.js';
import {
  ctcLoss,
  layerNorm,
  linearChain,
  linearChainGrad,
  projection,
  projectionGrad,
  recurrence,
  recurrenceGrad,
  softmax,
} from './fallback/index.js';

/** The arguments of a fused kernel, by its name. */
export type FusedArgs<Name extends keyof FusedKernels> = Parameters<FusedKernels[Name]['run']>[0];

type Fallbacks = { [Name in keyof FusedKernels]: (backend: Backend, args: FusedArgs<Name>) => void };
const fallbacks: Fallbacks = {
  recurrence,
  recurrenceGrad,
  projection,
  projectionGrad,
  linearChain,
  linearChainGrad,
  softmax,
  layerNorm,
  ctcLoss,
};

/** Runs a fused kernel where the backend has it for these arguments, else its fallback. */
export function runFused<Name extends keyof FusedKernels>(
  backend: Backend,
  name: Name,
  args: FusedArgs<Name>,
): void {
  const fused: FusedKernels[Name] | undefined = backend.fused[name];
  if (fused?.supports(args as never)) fused.run(args as never);
  else fallbacks[name](backend, args);
}
