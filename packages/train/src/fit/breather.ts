/** Milliseconds of work after which the event loop gets a turn. */
const PATIENCE = 50;

interface Immediate {
  setImmediate?: (callback: () => void) => unknown;
}

/** Lets timers, signals and input events run: a promise alone does not. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as Immediate;
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
}

/** Gives the event loop a turn now and then. */
export class Breather {
  #last = performance.now();

  /** Waits for the event loop if the last turn is a while ago. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#last < PATIENCE) return;
    await nextTurn();
    this.#last = performance.now();
  }
}
