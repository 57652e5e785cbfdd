import { availableParallelism } from 'node:os';
import { create, globals } from 'webgpu';
import { watchDevices } from './devices.js';

/**
 * Gives this process WebGPU as a page of a browser has it, `navigator.gpu` and the global classes; to be called before a library looks
 * for it. The driver is the one that the environment of the process names; flags for Dawn are the words of DAWN_FLAGS.
 */
export function provideWebGpu(): void {
  Object.assign(globalThis, globals);
  if (typeof navigator === 'undefined') {
    // Node 20 has none.
    Object.assign(globalThis, {
      navigator: { userAgent: 'node', hardwareConcurrency: availableParallelism() },
    });
  }
  const flags = (process.env.DAWN_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  // Kept by the navigator for ever: Dawn ends the process when its instance is collected while a device of it is in use.
  Object.defineProperty(navigator, 'gpu', { value: create(flags), configurable: true });
  watchDevices();
}
