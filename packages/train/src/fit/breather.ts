import { nextTurn } from './next-turn.js';

/** Milliseconds of work after which the event loop gets a turn. */
const PATIENCE = 50;

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
