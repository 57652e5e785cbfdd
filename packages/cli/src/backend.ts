import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init, registerBackend, registeredBackends } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { Option } from 'commander';

// The first one is the default.
registerBackend('cpu', cpu());
// Loaded only by those who ask for it.
registerBackend('webgpu', async () => (await import('@ostinato/backend-webgpu')).webgpu()());
registerBackend('cpu-plain', cpu({ simd: false }));
registerBackend('reference', reference());

/** `--backend NAME`, one of those that are registered. */
export function backendOption(): Option {
  const names = registeredBackends();
  return new Option('--backend <name>', 'what computes').choices(names).default(names[0]);
}

/** Starts the backend of that name. */
export async function startBackend(name: string): Promise<Backend> {
  return init(name);
}
