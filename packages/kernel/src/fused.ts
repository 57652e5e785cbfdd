import type { Backend, FusedKernels } from './backend.js';
import * as fallback from './fallback.js';

/** The arguments of a fused kernel, by its name. */
export type FusedArgs<Name extends keyof FusedKernels> = Parameters<FusedKernels[Name]['run']>[0];

/** Runs a fused kernel where the backend has it for these arguments, else its fallback. */
export function runFused<Name extends keyof FusedKernels>(backend: Backend, name: Name, args: FusedArgs<Name>): void {
  const fused = backend.fused[name] as { supports(args: FusedArgs<Name>): boolean; run(args: FusedArgs<Name>): void } | undefined;
  if (fused?.supports(args)) fused.run(args);
  else (fallback[name] as (backend: Backend, args: FusedArgs<Name>) => void)(backend, args);
}
