/** The signals that ask a program to stop. */
const stopSignals = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** Milliseconds in which signals are one request: a terminal and the programs in between may each pass it on. */
const ONE_REQUEST = 500;

/** Turns Ctrl-C and SIGTERM into an abort signal, so that work can be left in order; asked again, the program ends at once. */
export class Interruption {
  readonly #abort = new AbortController();
  readonly #onRequest: () => void;
  #reason: StopSignal | undefined;

  /** @param onRequest what to do at the first request, such as telling the user to wait */
  constructor(onRequest: () => void) {
    this.#onRequest = onRequest;
    for (const name of stopSignals) process.on(name, this.#handle);
  }

  /** Aborted when somebody asks to stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Which signal asked; undefined while none has. */
  get reason(): StopSignal | undefined {
    return this.#reason;
  }

  /** Lets signals end the program again. */
  dispose(): void {
    for (const name of stopSignals) process.off(name, this.#handle);
  }

  readonly #handle = (reason: StopSignal): void => {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    // Without a handler the next signal ends the program even while it computes.
    setTimeout(() => this.dispose(), ONE_REQUEST).unref();
    this.#onRequest();
    this.#abort.abort();
  };
}
