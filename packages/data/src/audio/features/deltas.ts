/**
 * Puts the slope over time behind each row: d_t = Σ θ (x_{t+θ} - x_{t-θ}) / (2 Σ θ²), θ from 1 to W, the first and the last row standing for
 * what is outside (the HTK Book, 5.9). A row comes out when W more have come in.
 */
export class Deltas {
  readonly #width: number;
  readonly #from: number;
  readonly #window: number;
  readonly #divisor: number;
  readonly #next: (row: Float32Array) => void;
  /** The last 2 W + 1 rows. */
  readonly #rows: readonly Float32Array[];
  readonly #output: Float32Array;
  #received = 0;

  /**
   * @param width numbers in a row that comes in
   * @param from the slope is that of the numbers from here on
   * @param next gets the rows, of width + (width - from) numbers; to be copied, for the next row takes the same place
   */
  constructor(width: number, from: number, window: number, next: (row: Float32Array) => void) {
    this.#width = width;
    this.#from = from;
    this.#window = window;
    this.#next = next;
    this.#rows = Array.from({ length: 2 * window + 1 }, () => new Float32Array(width));
    this.#output = new Float32Array(2 * width - from);
    let squares = 0;
    for (let theta = 1; theta <= window; theta++) squares += theta ** 2;
    this.#divisor = 2 * squares;
  }

  /** [width], copied. */
  readonly push = (row: Float32Array): void => {
    this.#row(this.#received++).set(row);
    if (this.#received > this.#window) this.#emit(this.#received - 1 - this.#window);
  };

  /** Emits the rows that were waiting for others. */
  end(): void {
    for (let time = Math.max(0, this.#received - this.#window); time < this.#received; time++)
      this.#emit(time);
  }

  #emit(time: number): void {
    const output = this.#output;
    output.set(this.#row(time));
    output.fill(0, this.#width);
    for (let theta = 1; theta <= this.#window; theta++) {
      const before = this.#row(Math.max(0, time - theta));
      const after = this.#row(Math.min(this.#received - 1, time + theta));
      const weight = theta / this.#divisor;
      for (let index = this.#from, at = this.#width; index < this.#width; index++, at++) {
        output[at] = (output[at] as number) + weight * ((after[index] as number) - (before[index] as number));
      }
    }
    this.#next(output);
  }

  #row(time: number): Float32Array {
    return this.#rows[time % this.#rows.length] as Float32Array;
  }
}
