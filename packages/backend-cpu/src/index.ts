/** The CPU backend in plain TypeScript: runs wherever JavaScript runs. */
import type { BackendFactory } from '@ostinato/kernel';
import { CpuBackend, type CpuOptions } from './backend.js';

export { CpuBackend, type CpuOptions } from './backend.js';

/**
 * The CPU backend, to be started by `init`.
 * @example await init([webgpu(), cpu()]);
 */
export function cpu(options: CpuOptions = {}): BackendFactory {
  return async () => new CpuBackend(options);
}
