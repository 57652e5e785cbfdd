import { DataError } from './errors.js';

/** The four 32-bit words of a {@link Random}: plain numbers, to be kept in JSON. */
export type RandomGeneratorState = readonly [number, number, number, number];

/**
 * Seeded random numbers: xoshiro128** 1.1 (Blackman & Vigna, https://prng.di.unimi.it/xoshiro128starstar.c), its state
 * filled by SplitMix64 (https://prng.di.unimi.it/splitmix64.c) as its authors advise. The same keys give the same
 * numbers everywhere; more than one key makes independent streams, as in `new Random(seed, epoch)`.
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** @param keys whole numbers from -2^53 to 2^53; none means seed 0 */
  constructor(...keys: readonly number[]) {
    let word = 0n;
    keys.forEach((key, position) => {
      if (!Number.isSafeInteger(key)) {
        throw new DataError(`random: a seed must be a whole number below 2^53, got ${key}`);
      }
      word = (position === 0 ? 0n : splitMix64(word)) + BigInt(key);
    });
    const first = splitMix64(word);
    const second = splitMix64(word + GOLDEN);
    this.#set(Number(first & LOW), Number(first >> 32n), Number(second & LOW), Number(second >> 32n));
  }

  /** The present state, to go on from later with {@link restore}. */
  get state(): RandomGeneratorState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }

  /** Goes back to a state; returns itself. Throws when it is not four 32-bit numbers, or all zero. */
  restore(state: RandomGeneratorState): this {
    const words: readonly unknown[] = Array.isArray(state) ? state : [];
    const valid =
      words.length === 4 && words.every((word) => Number.isInteger(word) && (word as number) >>> 0 === word);
    if (!valid || words.every((word) => word === 0)) {
      throw new DataError(
        `random: a state is four whole numbers from 0 to 2^32 - 1, not all 0, got ${JSON.stringify(state)}; ` +
          'pass what .state returned',
      );
    }
    this.#set(...state);
    return this;
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number from 0 to n - 1, each equally likely; n from 1 to 2^32. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new DataError(`random: integer(n) takes a whole number from 1 to 2^32, got ${n}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n); // draws at or above it would favour small results
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  /** One of the items, each equally likely; throws when there is none. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new DataError('random: choice() needs at least one item, got none');
    return items[this.integer(items.length)] as T;
  }

  /** Shuffles an array in place, every order equally likely (Fisher & Yates), and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const item = items[last] as T;
      items[last] = items[other] as T;
      items[other] = item;
    }
    return items;
  }

  /** A normally distributed number, mean 0, deviation 1 (Box & Muller; always two draws of {@link next}). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  #set(a: number, b: number, c: number, d: number): void {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }
}

const LOW = 0xffffffffn;
const GOLDEN = 0x9e3779b97f4a7c15n;

/** The first output of SplitMix64 for a seed; output k + 1 is that of `seed + k * GOLDEN`. */
export function splitMix64(seed: bigint): bigint {
  let word = BigInt.asUintN(64, seed + GOLDEN);
  word = BigInt.asUintN(64, (word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n);
  word = BigInt.asUintN(64, (word ^ (word >> 27n)) * 0x94d049bb133111ebn);
  return word ^ (word >> 31n);
}
