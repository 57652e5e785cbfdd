import { assertCount } from './assert-count.js';
import { DataError } from './errors.js';

/** Some steps of several parts of a long text. */
export interface StreamWindow {
  /** `[B, T]` */
  readonly inputs: Int32Array;
  /** `[B, T]`: at each step the token that comes next. */
  readonly targets: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/**
 * A long sequence of tokens, cut for truncated backpropagation through time: into `batch` parts of equal length, which are the rows,
 * and these into windows of `steps` steps. Row b of one window goes on in row b of the next, so a state can be handed on. Each token
 * is to be predicted from those before it in its row; the first of all from `start`.
 *
 * @example
 * const windows = new TokenStream(tokens, { start: eos, batch: 20, steps: 20 });
 * for (const { inputs, targets, shape } of windows) ...
 */
export class TokenStream implements Iterable<StreamWindow> {
  /** How many windows there are. The last one may have fewer steps. */
  readonly length: number;
  /** Steps of each row, all windows together. */
  readonly rowLength: number;
  /** How many tokens are predicted; up to `batch - 1` at the end are left over. */
  readonly predicted: number;
  readonly #tokens: Int32Array;
  readonly #start: number;
  readonly #batch: number;
  readonly #steps: number;

  /**
   * @param tokens `[N]`
   * @param options.start the token that stands before the first one: that of the end of a sentence
   * @throws DataError unless batch and steps are whole numbers from 1, or where there are fewer tokens than rows
   */
  constructor(
    tokens: Int32Array,
    { start, batch, steps }: { readonly start: number; readonly batch: number; readonly steps: number },
  ) {
    assertCount('TokenStream', 'batch', batch, 1);
    assertCount('TokenStream', 'steps', steps, 1);
    this.rowLength = Math.floor(tokens.length / batch);
    if (this.rowLength === 0) {
      throw new DataError(
        `TokenStream: ${tokens.length} tokens do not fill ${batch} rows; give more text, or a smaller batch`,
      );
    }
    this.#tokens = tokens;
    this.#start = start;
    this.#batch = batch;
    this.#steps = steps;
    this.length = Math.ceil(this.rowLength / steps);
    this.predicted = this.rowLength * batch;
  }

  /** How many steps the window with an index from 0 has. */
  stepsOf(index: number): number {
    return Math.min(this.#steps, this.rowLength - index * this.#steps);
  }

  /** The window with an index from 0. */
  window(index: number): StreamWindow {
    const first = index * this.#steps;
    const time = this.stepsOf(index);
    const targets = new Int32Array(this.#batch * time);
    const inputs = new Int32Array(this.#batch * time);
    for (let row = 0; row < this.#batch; row++) {
      const begin = row * this.rowLength + first;
      targets.set(this.#tokens.subarray(begin, begin + time), row * time);
      inputs.set(this.#tokens.subarray(begin, begin + time - 1), row * time + 1);
      inputs[row * time] = begin === 0 ? this.#start : this.#tokens[begin - 1]!;
    }
    return { inputs, targets, shape: [this.#batch, time] };
  }

  *[Symbol.iterator](): Iterator<StreamWindow> {
    for (let index = 0; index < this.length; index++) yield this.window(index);
  }
}
