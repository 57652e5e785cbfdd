import { type Colors, colorsFor, type Output, widthOf } from './terminal.js';

/** Milliseconds between two drawings. */
const DRAWING = 100;
const ERASE = '\r\u001b[K';

/** A line at the bottom of a terminal that tells how far work is. On other streams nothing is drawn. */
export class ProgressBar {
  readonly #stream: Output;
  readonly #colors: Colors;
  readonly #draws: boolean;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: Output) {
    this.#stream = stream;
    this.#colors = colorsFor(stream);
    this.#draws = stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  /**
   * Draws the line anew, unless that was done a moment ago.
   * @param done the part of the work that is done, 0 to 1
   * @param parts gives what stands in the line, the first part before the bar
   */
  draw(done: number, parts: () => readonly string[]): void {
    if (!this.#draws || performance.now() - this.#drawnAt < DRAWING) return;
    this.#drawnAt = performance.now();
    this.#stream.write(ERASE + this.#line(done, parts()));
  }

  /** Writes a line that stays. */
  tell(parts: readonly string[]): void {
    this.erase();
    this.#stream.write(`${parts.join('  ')}\n`);
  }

  /** Makes room for other lines. */
  erase(): void {
    if (this.#draws) this.#stream.write(ERASE);
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** As much as fits in one line of the terminal, with a bar where the place is enough for one. */
  #line(done: number, parts: readonly string[]): string {
    const room = widthOf(this.#stream) - 1;
    const size = Math.min(30, room - parts.join('  ').length - 2);
    if (size < 5) return parts.join('  ').slice(0, room);
    const full = Math.round(size * done);
    const bar = this.#colors.cyan('━'.repeat(full)) + this.#colors.dim('─'.repeat(size - full));
    return parts.toSpliced(1, 0, bar).join('  ');
  }
}

/** Says how long the rest of some work takes, from the pace so far. */
export class Pace {
  readonly #begin = performance.now();
  #first: number | undefined;

  /** @param step counted from 1; the first one that is told is where the work began, after a resumption say */
  at(step: number): { readonly perSecond: number; secondsLeft(steps: number): number } {
    this.#first ??= step - 1;
    const seconds = Math.max((performance.now() - this.#begin) / 1000, 1e-3);
    const perSecond = (step - this.#first) / seconds;
    return { perSecond, secondsLeft: (steps) => (steps - step) / perSecond };
  }
}
