import {
  type Backend,
  currentBackend,
  defineProgram,
  expr,
  type MapProgram,
  OstinatoError,
  threefry2x32,
} from '@ostinato/kernel';
import { mapTensors } from './ops/core.js';
import { allocate, type Tensor } from './tensor.js';

/** Seeds are whole numbers below this. */
const SEED_RANGE = 2 ** 48;

/** All that a generator remembers: two numbers to write into a checkpoint. */
export interface RandomState {
  readonly seed: number;
  /** How many draws were made. */
  readonly draws: number;
}

/**
 * A source of random tensors. Each draw has its own key, made of the seed and the number of draws before it, and the
 * numbers are the same on every backend (Threefry-2x32, see `random` in the expression language).
 */
export class RandomSource {
  #seed = 0;
  #draws = 0;

  /** @param seed a whole number from 0 to 2^48 - 1 */
  constructor(seed = 0) {
    this.restore({ seed, draws: 0 });
  }

  get state(): RandomState {
    return { seed: this.#seed, draws: this.#draws };
  }

  /** Goes on from a state. Throws OstinatoError when it is not one. */
  restore({ seed, draws }: RandomState): void {
    if (!Number.isInteger(seed) || seed < 0 || seed >= SEED_RANGE || !Number.isInteger(draws) || draws < 0) {
      throw new OstinatoError(
        `random: a seed is a whole number from 0 to 2^48 - 1, got ${seed} (after ${draws} draws)`,
      );
    }
    this.#seed = seed;
    this.#draws = draws;
  }

  /** The key of the next draw: two whole numbers below 2^24, themselves drawn by the seed and the number of draws. */
  next(): [number, number] {
    const draw = this.#draws++;
    const words = threefry2x32(
      this.#seed >>> 0,
      Math.floor(this.#seed / 2 ** 32),
      draw >>> 0,
      Math.floor(draw / 2 ** 32),
    );
    return [words[0] >>> 8, words[1] >>> 8];
  }

  /** Uniform numbers in [low, high). */
  uniform(shape: readonly number[], low = 0, high = 1, backend: Backend = currentBackend()): Tensor {
    return this.#draw(uniformProgram, shape, [low, high], backend);
  }

  /** Normally distributed numbers (Box & Muller 1958). */
  normal(shape: readonly number[], mean = 0, deviation = 1, backend: Backend = currentBackend()): Tensor {
    return this.#draw(normalProgram, shape, [mean, deviation], backend);
  }

  /** 1 with the given probability, else 0. */
  bernoulli(shape: readonly number[], probability: number, backend: Backend = currentBackend()): Tensor {
    return this.#draw(bernoulliProgram, shape, [probability], backend);
  }

  #draw(program: MapProgram, shape: readonly number[], scalars: readonly number[], backend: Backend): Tensor {
    const out = allocate(backend, shape);
    backend.map(program, [], [...this.next(), ...scalars], [out.view()]);
    return out;
  }
}

const uniformProgram = defineProgram({ inputs: 0, scalars: 4 }, ({ a: [seed0, seed1, low, high] }) => [
  expr.add(low!, expr.mul(expr.random(seed0!, seed1!), expr.sub(high!, low!))),
]);
const normalProgram = defineProgram({ inputs: 0, scalars: 4 }, ({ a: [seed0, seed1, mean, deviation] }) => {
  const radius = expr.sqrt(expr.mul(-2, expr.log(expr.sub(1, expr.random(seed0!, seed1!, 0)))));
  const angle = expr.mul(2 * Math.PI, expr.random(seed0!, seed1!, 1));
  return [expr.add(mean!, expr.mul(deviation!, expr.mul(radius, expr.cos(angle))))];
});
const bernoulliProgram = defineProgram({ inputs: 0, scalars: 3 }, ({ a: [seed0, seed1, probability] }) => [
  expr.less(expr.random(seed0!, seed1!), probability!),
]);
const dropoutProgram = defineProgram({ inputs: 1, scalars: 3 }, ({ x, a: [seed0, seed1, rate] }) => [
  expr.select(expr.lessEqual(rate!, expr.random(seed0!, seed1!)), expr.div(x[0]!, expr.sub(1, rate!)), 0),
]);

const defaultSource = new RandomSource();

/** The source that layers and initialisers draw from unless they are given another. */
export function defaultRandom(): RandomSource {
  return defaultSource;
}

/** Starts the default source anew from a seed. */
export function seed(value: number): void {
  defaultSource.restore({ seed: value, draws: 0 });
}

/**
 * Sets elements to 0 with probability `rate` and scales the others by 1 / (1 - rate) (Srivastava et al. 2014). The mask is
 * not stored: backward draws it again.
 */
export function dropout(x: Tensor, rate: number, source: RandomSource = defaultSource): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new OstinatoError(`dropout: the rate must lie in [0, 1), got ${rate}`);
  if (rate === 0) return x;
  return mapTensors('dropout', dropoutProgram, [x], [...source.next(), rate]);
}
