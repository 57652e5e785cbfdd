import { OstinatoError } from '@ostinato/kernel';
import { detach, dispose, keep, mul, Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';

/**
 * A layer that goes on where its last call ended, as Keras's `stateful=True`: for texts or signals that are cut into pieces, row b of
 * each batch being the next piece of row b before. Gradients stay within a call (truncated backpropagation through time). The state is
 * no part of what `state()` saves; it stays in memory until `reset` or `dispose`.
 * @example
 * const layer = new Stateful(new LSTM(64, 128));
 * for (const piece of pieces) layer.forward(piece);
 * layer.reset(); // before another text
 */
export class Stateful<State> extends SequenceLayer<State> {
  #carried: State | undefined;

  /** @throws OstinatoError for what is not a SequenceLayer */
  constructor(readonly layer: SequenceLayer<State>) {
    super();
    if (!(layer instanceof SequenceLayer)) {
      throw new OstinatoError(`Stateful: needs a SequenceLayer, got ${describe(layer)}`);
    }
  }

  get inputSize(): number {
    return this.layer.inputSize;
  }
  get outputSize(): number {
    return this.layer.outputSize;
  }

  /** The state that the next call starts from; undefined for zeros. To be kept no longer than until that call. */
  get carried(): State | undefined {
    return this.#carried;
  }

  /**
   * Goes on from the last call; a state that is given replaces what was carried.
   * @param x [batch, time, in]; the number of rows stays until `reset`
   * @throws ShapeError or DTypeError, naming the layer inside, where x, lengths or state do not fit
   */
  forward(x: Tensor, options: SequenceOptions<State> = {}): SequenceResult<State> {
    return this.#carry(this.layer.forward(x, { ...options, state: options.state ?? this.#carried }));
  }

  /** One step from where the last call ended. */
  step(x: Tensor, state: State | undefined = this.#carried): SequenceResult<State> {
    return this.#carry(this.layer.step(x, state));
  }

  /** Forgets: the next call starts from zeros. */
  reset(): void {
    dispose(this.#carried);
    this.#carried = undefined;
  }

  override dispose(): void {
    this.reset();
    super.dispose();
  }

  #carry(result: SequenceResult<State>): SequenceResult<State> {
    this.reset();
    this.#carried = copyOf(result.state) as State;
    return result;
  }
}

/** The same state without its history, in memory of its own. */
function copyOf(state: unknown): unknown {
  if (state instanceof Tensor) return keep(tidy(() => mul(detach(state), 1)));
  if (Array.isArray(state)) return state.map(copyOf);
  return Object.fromEntries(Object.entries(state as object).map(([name, part]) => [name, copyOf(part)]));
}
