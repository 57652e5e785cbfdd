import { OstinatoError } from '@ostinato/kernel';
import { assertNumber, assertOneOf } from '../check-options.js';
import { assertRate } from './schedule.js';

/** Settings of `ReduceOnPlateau`. */
export interface ReduceOnPlateauOptions {
  /** The first rate. */
  readonly rate: number;
  /** What the rate is multiplied by; 0.1 by default. */
  readonly factor?: number;
  /** How many updates in a row may bring nothing better; the next one reduces. 10 by default. */
  readonly patience?: number;
  /** By which part of the best value a better one must differ; 0.0001 by default. */
  readonly threshold?: number;
  /** Updates after a reduction that do not count; 0 by default. */
  readonly cooldown?: number;
  /** The rate is never lower than this; 0 by default. */
  readonly minimum?: number;
  /** Whether smaller or larger values are better; `min` by default. */
  readonly mode?: 'min' | 'max';
}

/** What a `ReduceOnPlateau` remembers, as JSON. */
export interface PlateauState {
  readonly rate: number;
  /** `null` before the first value. */
  readonly best: number | null;
  readonly waited: number;
  readonly cooling: number;
}

/**
 * A rate that is reduced when a watched value stops getting better. As PyTorch's `ReduceLROnPlateau`.
 * @example
 * const plateau = new ReduceOnPlateau({ rate: 1e-3, factor: 0.5, patience: 3 });
 * const optimizer = new Adam(model, { rate: plateau.schedule });
 * plateau.update(validationLoss);      // after each epoch
 */
export class ReduceOnPlateau {
  readonly mode: 'min' | 'max';
  /** For an optimizer: always the present rate. */
  readonly schedule = (): number => this.#state.rate;
  readonly #options: Required<ReduceOnPlateauOptions>;
  #state: PlateauState;

  /** @throws OstinatoError for a negative number, a factor that is not between 0 and 1, and an unknown mode */
  constructor(options: ReduceOnPlateauOptions) {
    const defaults = {
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      cooldown: 0,
      minimum: 0,
      mode: 'min',
    } as const;
    this.#options = { ...defaults, ...options };
    const { factor, mode, rate, patience, threshold, cooldown, minimum } = this.#options;
    assertRate('ReduceOnPlateau', rate);
    if (!(factor > 0 && factor < 1)) {
      throw new OstinatoError(`ReduceOnPlateau: factor must lie between 0 and 1, got ${factor}`);
    }
    for (const [name, value] of Object.entries({ patience, threshold, cooldown, minimum })) {
      assertNumber('ReduceOnPlateau', name, value, value >= 0, '0 or more');
    }
    assertOneOf('ReduceOnPlateau', 'mode', mode, ['min', 'max']);
    this.mode = mode;
    this.#state = { rate, best: null, waited: 0, cooling: 0 };
  }

  /** The present rate. */
  get rate(): number {
    return this.#state.rate;
  }

  /** What it remembers, to save; `restore` goes on from it. */
  get state(): PlateauState {
    return this.#state;
  }

  /** Goes on from what `state` gave. */
  restore(state: PlateauState): void {
    this.#state = { ...state };
  }

  /** Takes in a new value of what is watched. Returns whether the rate was reduced. */
  update(value: number): boolean {
    const { factor, patience, cooldown, minimum } = this.#options;
    const { rate, best } = this.#state;
    let { waited, cooling } = this.#state;
    const better = this.#isBetter(value, best);
    waited = better ? 0 : waited + 1;
    if (cooling > 0) {
      cooling--;
      waited = 0;
    }
    const reduces = waited > patience;
    this.#state = {
      rate: reduces ? Math.max(minimum, rate * factor) : rate,
      best: better ? value : best,
      waited: reduces ? 0 : waited,
      cooling: reduces ? cooldown : cooling,
    };
    return this.#state.rate < rate;
  }

  #isBetter(value: number, best: number | null): boolean {
    if (Number.isNaN(value)) return false;
    if (best === null) return true;
    const margin = Math.abs(best) * this.#options.threshold;
    return this.mode === 'min' ? value < best - margin : value > best + margin;
  }
}
