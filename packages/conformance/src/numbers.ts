/** Pseudo-random numbers from a text, the same on every machine: the inputs of a check come from its name. */
export class Numbers {
  #state: number;

  /** @param seed any text; equal texts give equal numbers */
  constructor(seed: string) {
    let hash = 0x811c9dc5;
    for (let index = 0; index < seed.length; index++) {
      hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
    }
    this.#state = hash;
  }

  /** The next number in [0, 1) (Mulberry32 by Tommy Ettinger). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A number in [low, high). */
  uniform(low = -1, high = 1): number {
    return low + (high - low) * this.next();
  }

  /** A whole number in [0, count). */
  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** A multiple of 2^-12 in [-range, range], to which finite differences can add a power of two without rounding. */
  grid(range: number): number {
    return Math.round(this.uniform(-range, range) * 4096) / 4096;
  }
}
