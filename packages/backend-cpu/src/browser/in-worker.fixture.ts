import type { Sharing } from './sharing.fixture.js';

/** `share` in a dedicated worker, started as bundlers know it. */
export function shareInWorker(): Promise<Sharing> {
  const worker = new Worker(new URL('./worker.fixture.ts', import.meta.url), { type: 'module' });
  return new Promise<Sharing>((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be loaded'));
  }).finally(() => worker.terminate());
}
