import { OstinatoError } from '@ostinato/kernel';
import { assertNumber, assertOneOf } from './check-options.js';

/** Settings of `EarlyStopping`. */
export interface EarlyStoppingOptions {
  /** After how many updates in a row without a better value training should stop; never by default. */
  readonly patience?: number | undefined;
  /** By how much a better value must differ from the best; 0 by default. */
  readonly minDelta?: number | undefined;
  /** Whether smaller or larger values are better; `min` by default. */
  readonly mode?: 'min' | 'max' | undefined;
}

/** What an `EarlyStopping` remembers, as JSON. */
export interface EarlyStoppingState {
  /** `null` before the first value. */
  readonly best: number | null;
  readonly waited: number;
}

/**
 * Says when a watched value has stopped getting better.
 * @example
 * const stopping = new EarlyStopping({ patience: 3, mode: 'max' });
 * if (stopping.update(slotF1)) best = await model.state();
 * if (stopping.exhausted) break;
 */
export class EarlyStopping {
  readonly patience: number;
  readonly minDelta: number;
  readonly mode: 'min' | 'max';
  #state: EarlyStoppingState = { best: null, waited: 0 };

  /** @throws OstinatoError for a patience below 1, a negative difference, and an unknown mode */
  constructor({
    patience = Number.POSITIVE_INFINITY,
    minDelta = 0,
    mode = 'min',
  }: EarlyStoppingOptions = {}) {
    if (!(patience >= 1))
      throw new OstinatoError(`EarlyStopping: patience must be 1 or more, got ${patience}`);
    assertNumber('EarlyStopping', 'minDelta', minDelta, minDelta >= 0, '0 or more');
    assertOneOf('EarlyStopping', 'mode', mode, ['min', 'max']);
    this.patience = patience;
    this.minDelta = minDelta;
    this.mode = mode;
  }

  /** The best value so far; `undefined` before the first. */
  get best(): number | undefined {
    return this.#state.best ?? undefined;
  }

  /** Whether `patience` values in a row were not better. */
  get exhausted(): boolean {
    return this.#state.waited >= this.patience;
  }

  /** What it remembers, to save; `restore` goes on from it. */
  get state(): EarlyStoppingState {
    return this.#state;
  }

  /** Goes on from what `state` gave. */
  restore(state: EarlyStoppingState): void {
    this.#state = { ...state };
  }

  /** Takes in a new value. Returns whether it is the best so far; NaN never is. */
  update(value: number): boolean {
    const { best, waited } = this.#state;
    const better = best === null ? !Number.isNaN(value) : this.#gain(value, best) > this.minDelta;
    this.#state = better ? { best: value, waited: 0 } : { best, waited: waited + 1 };
    return better;
  }

  #gain(value: number, best: number): number {
    return this.mode === 'min' ? best - value : value - best;
  }
}
