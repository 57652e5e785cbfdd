import { cpu } from '@ostinato/backend-cpu';
import { type Backend, init, registerBackend, registeredBackends } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { Option } from 'commander';
import { UsageError } from './errors.js';
import { numberIn } from './options.js';

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

/** `--threads N`, for the backend `cpu`. */
export function threadsOption(): Option {
  return new Option('--threads <n>', 'threads that compute (only with --backend cpu)').argParser(
    numberIn({ whole: true, from: 1, to: 16 }),
  );
}

/**
 * Starts the backend of that name.
 * @param threads for `cpu`; as many as there are cores, but at most 4, by default
 * @throws UsageError for threads where the backend has none
 */
export async function startBackend(name: string, threads?: number): Promise<Backend> {
  if (threads === undefined) return init(name);
  if (name !== 'cpu')
    throw new UsageError(`--threads ${threads}: only the backend cpu has threads; leave it out`);
  return init(cpu({ threads }));
}
