import type { NamedArrays } from '../cases/problem.js';

/** Largest difference from the oracle, as a part of the largest number of the array: float32, and fast functions. */
export const TOLERANCE = 2e-4;

/** Largest difference between fingerprints of two libraries, as a part of the norm. */
export const FINGERPRINT_TOLERANCE = 1e-3;

/** Two numbers for a large array: its norm, and its product with a fixed pattern of signs, which sees what moved. */
export interface Fingerprint {
  readonly norm: number;
  readonly projection: number;
}

/**
 * What is wrong with `actual`, or undefined where all arrays of `expected` are there and equal within the tolerance.
 * @example differenceOf({ output }, { output: other })   // 'output[3] is 0.5, expected 0.25'
 */
export function differenceOf(
  expected: NamedArrays,
  actual: NamedArrays,
  tolerance = TOLERANCE,
): string | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name];
    if (!got) return `${name} is missing`;
    if (got.length !== wanted.length) return `${name} has ${got.length} numbers, expected ${wanted.length}`;
    const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const odd = wanted.findIndex((value, index) => !(Math.abs(got[index]! - value) <= tolerance * scale));
    if (odd >= 0) {
      return `${name}[${odd}] is ${got[odd]!.toPrecision(6)}, expected ${wanted[odd]!.toPrecision(6)}`;
    }
  }
  return undefined;
}

/** The fingerprint of an array. */
export function fingerprintOf(values: Float32Array): Fingerprint {
  let squares = 0;
  let projection = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    squares += value * value;
    // The top bit of a multiplicative hash of the position (Knuth): as good as a coin.
    projection += Math.imul(index, 0x9e3779b1) < 0 ? -value : value;
  }
  return { norm: Math.sqrt(squares), projection };
}

/** What is wrong with fingerprints, or undefined where they agree. */
export function fingerprintDifference(
  expected: Readonly<Record<string, Fingerprint>>,
  actual: Readonly<Record<string, Fingerprint>>,
): string | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name];
    if (!got) return `${name} is missing at full size`;
    const room = FINGERPRINT_TOLERANCE * wanted.norm;
    const apart = Math.max(Math.abs(got.norm - wanted.norm), Math.abs(got.projection - wanted.projection));
    if (!(apart <= room)) return `${name} at full size differs from that of ostinato`;
  }
  return undefined;
}
