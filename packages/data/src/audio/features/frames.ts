/** Rows of numbers, one for each frame of a recording. */
export interface Frames {
  /** [count, size], row-major. */
  readonly data: Float32Array;
  readonly count: number;
  /** Numbers in a row. */
  readonly size: number;
}

/** Puts rows behind one another, in memory that doubles when it is full. */
export class FrameCollector {
  readonly #size: number;
  #data: Float32Array;
  #count = 0;

  /** @param expected how many rows there is room for at first */
  constructor(size: number, expected: number) {
    this.#size = size;
    this.#data = new Float32Array(expected * size);
  }

  /** Copies a row. */
  readonly push = (row: Float32Array): void => {
    const begin = this.#count * this.#size;
    if (begin + this.#size > this.#data.length) {
      const larger = new Float32Array(2 * this.#data.length + this.#size);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set(row, begin);
    this.#count++;
  };

  /** All rows since the last time. */
  take(): Frames {
    const frames = {
      data: this.#data.slice(0, this.#count * this.#size),
      count: this.#count,
      size: this.#size,
    };
    this.#count = 0;
    return frames;
  }
}
