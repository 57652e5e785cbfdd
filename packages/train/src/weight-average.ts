import { type Backend, defineProgram, expr, OstinatoError } from '@ostinato/kernel';
import { keep, type Parameter, type Tensor, tensor, zeros } from '@ostinato/tensor';
import { assertNumber, assertOneOf } from './check-options.js';
import type { NamedArray, NamedArrays } from './named-arrays.js';
import { namedParametersOf, type ParameterSet } from './parameters.js';

const { add, mul, sub } = expr;

/** average + weight · (parameter - average) */
const moveTowards = defineProgram({ inputs: 2, scalars: 1 }, ({ x: [average, parameter], a: [weight] }) => [
  add(average!, mul(weight!, sub(parameter!, average!))),
]);
const exchange = defineProgram({ inputs: 2 }, ({ x: [a, b] }) => [b!, a!]);

/** Settings of `WeightAverage`. */
export interface WeightAverageOptions {
  /**
   * Decay of an exponential moving average (0.999, say); smaller at first, so that it never reaches back further than about a
   * tenth of the updates. Without it, all updates count the same.
   */
  readonly decay?: number | undefined;
  /** For `fit`: when to update. After each step with a decay, after each epoch without, by default. */
  readonly every?: 'step' | 'epoch' | undefined;
  /** For `fit`: the first epoch that counts, from 0; 0 by default. */
  readonly from?: number | undefined;
}

/** What a `WeightAverage` remembers. */
export interface WeightAverageState {
  /** How many updates it saw. */
  readonly updates: number;
  readonly weights: NamedArrays;
}

/** Which memory a parameter has, and how often that was written. */
interface Written {
  readonly memory: object;
  readonly times: number;
}

function writtenOf({ buffer }: Parameter): Written {
  return { memory: buffer, times: buffer.version };
}

/**
 * An average of the weights on the way of training, which often does better on new data than the last weights: the mean
 * (Izmailov et al. 2018, "Averaging weights leads to wider optima") or an exponential moving average (Polyak & Juditsky 1992).
 *
 * @example
 * const average = new WeightAverage(model, { decay: 0.999 });
 * average.update();                    // after each step
 * average.swap();                      // the model computes with the averages
 * await evaluate(model);
 * average.swap();                      // and trains on as before
 */
export class WeightAverage {
  readonly every: 'step' | 'epoch';
  readonly from: number;
  readonly #decay: number | undefined;
  readonly #parameters: ReadonlyMap<string, Parameter>;
  readonly #averages = new Map<string, Tensor>();
  #updates = 0;
  /** While swapped in: the memory of each parameter and how often it had been written. */
  #swapped: Map<Parameter, Written> | undefined;

  /** @throws OstinatoError when there are no parameters, the decay is not between 0 and 1, or another option makes no sense */
  constructor(model: ParameterSet, { decay, every, from = 0 }: WeightAverageOptions = {}) {
    if (decay !== undefined && !(decay > 0 && decay < 1)) {
      throw new OstinatoError(`WeightAverage: decay must lie between 0 and 1, got ${decay}`);
    }
    assertNumber('WeightAverage', 'from', from, from >= 0, '0 or more');
    if (every !== undefined) assertOneOf('WeightAverage', 'every', every, ['step', 'epoch']);
    this.#parameters = namedParametersOf('WeightAverage', model);
    this.#decay = decay;
    this.every = every ?? (decay === undefined ? 'epoch' : 'step');
    this.from = from;
  }

  /** How many times the weights were taken in. */
  get updates(): number {
    return this.#updates;
  }

  /** Whether the model holds the averages at present. */
  get isSwapped(): boolean {
    return this.#swapped !== undefined;
  }

  /**
   * Takes the present weights in. The first ones are copied.
   * @throws OstinatoError while the averages are swapped in
   */
  update(): void {
    this.#assertOut('update');
    const equal = 1 / (this.#updates + 1);
    // Early on, the moving average looks back over the last tenth of the updates only: the first weights are soon forgotten.
    const weight = this.#decay === undefined ? equal : Math.max(1 - this.#decay, 10 / (this.#updates + 10));
    for (const [name, parameter] of this.#parameters) {
      let average = this.#averages.get(name);
      if (!average) {
        average = keep(zeros(parameter.shape, { backend: parameter.backend }));
        this.#averages.set(name, average);
      }
      const view = average.view('WeightAverage');
      parameter.backend.map(moveTowards, [view, parameter.view('WeightAverage')], [weight], [view]);
    }
    this.#updates++;
  }

  /**
   * Exchanges weights and averages, in place; a second call exchanges them back. Does nothing before the first update.
   * @throws OstinatoError where the model was trained, loaded or moved since the averages were swapped in: what would come
   * back then belongs to other weights
   */
  swap(): void {
    if (this.#updates === 0) return;
    this.#assertUnchanged();
    for (const [name, parameter] of this.#parameters) {
      const views = [this.#averages.get(name)!.view('WeightAverage'), parameter.view('WeightAverage')];
      parameter.backend.map(exchange, views, [], views);
      parameter.markWritten();
    }
    this.#swapped = this.#swapped
      ? undefined
      : new Map([...this.#parameters.values()].map((p) => [p, writtenOf(p)]));
  }

  /** Numbers to save. Throws OstinatoError while the averages are swapped in. */
  async state(): Promise<WeightAverageState> {
    this.#assertOut('state');
    const weights = new Map<string, NamedArray>();
    for (const [name, average] of this.#averages) {
      weights.set(name, { shape: average.shape, data: (await average.data()) as Float32Array });
    }
    return { updates: this.#updates, weights };
  }

  /** Goes on from saved numbers. Throws OstinatoError, naming the first parameter that does not fit; nothing is changed then. */
  loadState(state: WeightAverageState, backend?: Backend): void {
    this.#assertOut('loadState');
    for (const [name, parameter] of state.updates > 0 ? this.#parameters : []) {
      const saved = state.weights.get(name);
      if (saved?.data.length === parameter.size) continue;
      const found = saved ? `has ${saved.data.length} numbers, not ${parameter.size}` : 'is missing';
      throw new OstinatoError(`WeightAverage: the saved averages belong to another model: ${name} ${found}`);
    }
    this.dispose();
    this.#updates = state.updates;
    if (state.updates === 0) return;
    for (const [name, parameter] of this.#parameters) {
      const options = { backend: backend ?? parameter.backend };
      this.#averages.set(name, keep(tensor(state.weights.get(name)!.data, parameter.shape, options)));
    }
  }

  /** Moves the averages to another backend; move the model as well. Throws OstinatoError while they are swapped in. */
  async to(backend: Backend): Promise<this> {
    this.loadState(await this.state(), backend);
    return this;
  }

  /** Forgets the averages and gives their memory back. The model keeps the weights that it holds, averaged or not. */
  dispose(): void {
    for (const average of this.#averages.values()) average.dispose();
    this.#averages.clear();
    this.#updates = 0;
    this.#swapped = undefined;
  }

  #assertUnchanged(): void {
    for (const [name, parameter] of this.#parameters) {
      const before = this.#swapped?.get(parameter);
      const now = writtenOf(parameter);
      if (!before || (before.memory === now.memory && before.times === now.times)) continue;
      throw new OstinatoError(
        `WeightAverage: ${name} was changed while the averages were in the model; call swap() before training goes on, ` +
          'or dispose() to keep what the model holds',
      );
    }
  }

  #assertOut(what: string): void {
    if (!this.#swapped) return;
    throw new OstinatoError(
      `WeightAverage: ${what} needs the weights of training in the model; call swap() first`,
    );
  }
}
