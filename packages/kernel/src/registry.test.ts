import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackendFactory } from './backend.js';
import { BackendError } from './errors.js';
import { ReferenceBackend } from './reference.js';

/** The registry is one for each page or process; each test gets a fresh one. */
let registry: typeof import('./registry.js');
beforeEach(async () => {
  vi.resetModules();
  registry = await import('./registry.js');
});

const working: BackendFactory = async () => new ReferenceBackend();
const missing =
  (reason: string): BackendFactory =>
  async () => ({ unavailable: reason });

/** The error of a promise, which need not be of this module's classes after the reset. */
async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: Error) => error,
  );
}

describe('init', () => {
  it('starts the first backend that runs, and no other', async () => {
    const later = vi.fn(working);
    const backend = await registry.init([missing('no such hardware'), working, later]);
    expect(backend.name).toBe('reference');
    expect(registry.currentBackend()).toBe(backend);
    expect(later).not.toHaveBeenCalled();
  });

  it('goes on to the next when one throws, and tells why when none is left', async () => {
    const broken: BackendFactory = () => Promise.reject(new Error('driver crashed'));
    expect((await registry.init([broken, working])).name).toBe('reference');
    const error = await errorOf(registry.init([broken, missing('no such hardware')]));
    expect(error.message).toContain('backend 1: driver crashed; backend 2: no such hardware');
    expect((error.cause as Error).message).toBe('driver crashed');
  });

  it('takes one factory, or one name', async () => {
    expect(await registry.init(working)).toBeInstanceOf(ReferenceBackend);
    registry.registerBackend('mine', working);
    expect(await registry.init('mine')).toBeInstanceOf(ReferenceBackend);
  });

  it('tries what is registered, in that order', async () => {
    registry.registerBackend('first', missing('not here'));
    registry.registerBackend('second', working);
    expect(registry.registeredBackends()).toEqual(['first', 'second']);
    expect((await registry.init()).name).toBe('reference');
  });

  it('gives the reason of each backend when none runs', async () => {
    registry.registerBackend('fast', missing('no SIMD'));
    const error = await errorOf(registry.init(['fast', missing('no adapter')]));
    expect(error.name).toBe(BackendError.name);
    expect(error.message).toBe('init: no backend can run here (fast: no SIMD; backend 2: no adapter)');
  });

  it('knows which names there are', async () => {
    expect((await errorOf(registry.init('cpu'))).message).toBe(
      'init: there is no backend named "cpu"; registered: none. Importing a package registers nothing: give init the backend ' +
        "itself, init(cpu()) with cpu from '@ostinato/backend-cpu', or first name it, registerBackend('cpu', cpu())",
    );
    registry.registerBackend('mine', working);
    expect((await errorOf(registry.init('cpu'))).message).toMatch(
      /no backend named "cpu"; registered: mine\. /,
    );
    registry.registerBackend('cpu', working);
    expect((await registry.init('cpu')).name).toBe('reference');
  });

  it('says what to do when there is nothing to choose from', async () => {
    expect((await errorOf(registry.init())).message).toMatch(/no backend to choose from; import one/);
    expect((await errorOf(registry.init([]))).message).toMatch(/no backend to choose from/);
  });

  it('keeps the running backend when a later one cannot run', async () => {
    const backend = await registry.init(working);
    await errorOf(registry.init(missing('no')));
    expect(registry.currentBackend()).toBe(backend);
  });
});

describe('registerBackend', () => {
  it('replaces what had the name', async () => {
    registry.registerBackend('mine', missing('old'));
    registry.registerBackend('mine', working);
    expect(registry.registeredBackends()).toEqual(['mine']);
    expect((await registry.init('mine')).name).toBe('reference');
  });
});

describe('currentBackend', () => {
  it('asks for init', () => {
    expect(() => registry.currentBackend()).toThrow(
      /no backend is running; call `await init\(cpu\(\)\)` first/,
    );
  });

  it('follows useBackend', async () => {
    await registry.init(working);
    const other = new ReferenceBackend();
    expect(registry.useBackend(other)).toBe(other);
    expect(registry.currentBackend()).toBe(other);
  });
});
