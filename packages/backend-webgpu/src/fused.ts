import type { FusedKernels } from '@ostinato/kernel';
import type { KernelContext } from './kernels/context.js';

/** The fused kernels that run on the device; the others are made of the five required ones. */
export function fusedKernels(_context: KernelContext): Partial<FusedKernels> {
  return {};
}
