/** Rotations of Threefry-2x32 (Salmon et al. 2011, table 4, as in the Random123 library). */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
/** Parity constant of the key schedule (Skein 1.3). */
const parity = 0x1bd11bda;

/**
 * Threefry-2x32, a counter-based random number generator: 64 random bits for each key and counter, without state
 * (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * All words are unsigned 32-bit numbers.
 * @param rounds 13 is the fewest that passes the authors' tests of randomness; 20 is their default
 * @example threefry2x32(0, 0, 0, 0); // [0x9d1c5ec6, 0x8bd50731]
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  rounds = 13,
): [number, number] {
  const keys = [key0 | 0, key1 | 0, parity ^ key0 ^ key1];
  let first = (counter0 + key0) | 0;
  let second = (counter1 + key1) | 0;
  for (let round = 0; round < rounds; round++) {
    const rotation = rotations[round % 8]!;
    first = (first + second) | 0;
    second = ((second << rotation) | (second >>> (32 - rotation))) ^ first;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      first = (first + keys[injection % 3]!) | 0;
      second = (second + keys[(injection + 1) % 3]! + injection) | 0;
    }
  }
  return [first >>> 0, second >>> 0];
}

/**
 * What the expression `random(seed0, seed1, lane)` means: a uniform number in [0, 1) with 24 random bits.
 * @param position row-major index of the element in the result
 */
export function uniform(seed0: number, seed1: number, position: number, lane: number): number {
  return (threefry2x32(seed0, seed1, position, lane)[0] >>> 8) / 2 ** 24;
}
