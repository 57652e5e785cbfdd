import { clock } from './format.js';

/** Where progress is written to. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const ERASE = '\r\u001b[K';

/**
 * Says on a stream which of so many measurements is running and how much time is left: one line that changes where the stream is a
 * terminal, else a line for each.
 */
export class Progress {
  readonly #stream: Output;
  readonly #total: number;
  readonly #now: () => number;
  readonly #start: number;
  #done = 0;

  constructor(stream: Output, total: number, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#total = total;
    this.#now = now;
    this.#start = now();
  }

  /** A measurement begins. */
  begin(what: string): void {
    const seconds = (this.#now() - this.#start) / 1000;
    const left =
      this.#done === 0 ? '' : `, ${clock((seconds / this.#done) * (this.#total - this.#done))} left`;
    const line = `${this.#done + 1} of ${this.#total}${left}: ${what}`;
    this.#stream.write(this.#draws ? ERASE + line.slice(0, (this.#stream.columns || 80) - 1) : `${line}\n`);
  }

  /** A measurement has ended. */
  end(): void {
    this.#done++;
  }

  /** Makes room for other output. */
  close(): void {
    if (this.#draws) this.#stream.write(ERASE);
  }

  get #draws(): boolean {
    return this.#stream.isTTY === true && process.env.TERM !== 'dumb';
  }
}
