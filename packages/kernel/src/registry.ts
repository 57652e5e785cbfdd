import type { Backend, BackendFactory } from './backend.js';
import { BackendError } from './errors.js';

const factories = new Map<string, BackendFactory>();
let current: Backend | undefined;

/** Makes a backend known by name, so that `init('name')` finds it. A second registration under a name replaces the first. */
export function registerBackend(name: string, factory: BackendFactory): void {
  factories.set(name, factory);
}

/** The names that `init` knows. */
export function registeredBackends(): string[] {
  return [...factories.keys()];
}

/**
 * Starts the first backend of the list that runs here and makes it the current one.
 * @param choice a registered name, a factory, or a list of them in order of preference; all registered ones by default
 * @throws BackendError with the reason of each when none runs, or when a name is not registered
 * @example await init([webgpu(), cpu()]);
 */
export async function init(
  choice: string | BackendFactory | readonly (string | BackendFactory)[] = registeredBackends(),
): Promise<Backend> {
  const choices = typeof choice === 'string' || typeof choice === 'function' ? [choice] : choice;
  const reasons: string[] = [];
  let failure: unknown;
  for (const [index, wanted] of choices.entries()) {
    const label = typeof wanted === 'string' ? wanted : `backend ${index + 1}`;
    const factory = lookup(wanted);
    try {
      const result = await factory();
      if (!('unavailable' in result)) return useBackend(result);
      reasons.push(`${label}: ${result.unavailable}`);
    } catch (error) {
      failure ??= error;
      reasons.push(`${label}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new BackendError(
    reasons.length > 0
      ? `init: no backend can run here (${reasons.join('; ')})`
      : "init: no backend to choose from; import one, for example init(cpu()) with cpu from '@ostinato/backend-cpu'",
    { cause: failure },
  );
}

function lookup(wanted: string | BackendFactory): BackendFactory {
  if (typeof wanted === 'function') return wanted;
  const factory = factories.get(wanted);
  if (factory) return factory;
  const known = registeredBackends();
  throw new BackendError(
    `init: there is no backend named "${wanted}"; registered: ${known.join(', ') || 'none'}. Importing a package registers ` +
      "nothing: give init the backend itself, init(cpu()) with cpu from '@ostinato/backend-cpu', or first name it, " +
      "registerBackend('cpu', cpu())",
  );
}

/** Makes a backend the current one: new tensors are made on it. Returns it. */
export function useBackend(backend: Backend): Backend {
  current = backend;
  return backend;
}

/** The backend on which new tensors are made. Throws BackendError before `init`. */
export function currentBackend(): Backend {
  if (current) return current;
  throw new BackendError(
    "no backend is running; call `await init(cpu())` first, with cpu from '@ostinato/backend-cpu'",
  );
}
