import { describe, expect, inject, it } from 'vitest';
import { webgpu } from '../index.js';
import type { Outcome } from './checks.fixture.js';

declare module 'vitest' {
  interface ProvidedContext {
    demandsChromium: boolean;
  }
}

const backend = await webgpu()();
const reason = 'unavailable' in backend ? backend.unavailable : undefined;
if ('dispose' in backend) backend.dispose();

/** Runs the checks of `worker.fixture.ts` in a dedicated worker, started as bundlers know it. */
function outcomesInWorker(): Promise<Outcome[]> {
  const worker = new Worker(new URL('./worker.fixture.ts', import.meta.url), { type: 'module' });
  return new Promise<Outcome[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be loaded'));
  }).finally(() => worker.terminate());
}

describe('webgpu in a page', () => {
  it.skipIf(!inject('demandsChromium'))('finds an adapter in the Chromium that CHROMIUM_PATH names', () => {
    expect(reason).toBeUndefined();
  });

  it.skipIf(reason !== undefined)(
    `computes in a dedicated worker${reason ? ` (${reason})` : ''}`,
    async () => {
      const outcomes = await outcomesInWorker();
      expect(outcomes.length).toBeGreaterThan(30);
      expect(outcomes.filter(({ problem }) => problem !== null)).toEqual([]);
    },
  );
});
