import { workerSource } from './thread-source.js';

/** A thread that was started. */
export interface Thread {
  stop(): void;
}

/** What `node:worker_threads` has of use here. */
interface NodeThreads {
  Worker: new (
    source: string,
    options: { eval: true; workerData: unknown },
  ) => {
    on(event: 'error', listener: (error: Error) => void): void;
    unref(): void;
    terminate(): Promise<unknown>;
  };
}

/** Node's threads, found without an import that bundlers for browsers would follow. */
function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}

/**
 * Starts a thread with the program of `workerSource`, in the background.
 * @param data what the program is given
 * @param failed is told why, where a thread turns out to be impossible only after this function has returned
 * @throws what the engine throws where it refuses at once
 */
export function startThread(data: object, failed: (reason: string) => void): Thread {
  const node = nodeThreads();
  return node ? inNode(node, data, failed) : inBrowser(data, failed);
}

function inNode({ Worker }: NodeThreads, data: object, failed: (reason: string) => void): Thread {
  const source = workerSource(`serve(require('node:worker_threads').workerData);`);
  const worker = new Worker(source, { eval: true, workerData: data });
  // An error without a listener would end the process.
  worker.on('error', ({ message }) => failed(message));
  // The process may end while workers sleep.
  worker.unref();
  return { stop: () => void worker.terminate() };
}

function inBrowser(data: object, failed: (reason: string) => void): Thread {
  const text = workerSource('onmessage = ({ data }) => { serve(data); close(); };');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  let worker: Worker | undefined;
  const stop = (): void => {
    worker?.terminate();
    URL.revokeObjectURL(url);
  };
  try {
    worker = new Worker(url);
    worker.onerror = (event) => {
      event.preventDefault();
      // A program that may not be loaded has no message: browsers tell pages nothing about it.
      failed(event.message || 'the Content-Security-Policy has to allow workers from blob: (worker-src)');
    };
    worker.postMessage(data);
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}
