import { OstinatoError } from '@ostinato/kernel';

/** Throws OstinatoError, naming the option, where a number is not what it must be. */
export function assertNumber(
  owner: string,
  name: string,
  value: number,
  fits: boolean,
  wanted: string,
): void {
  if (fits && Number.isFinite(value)) return;
  throw new OstinatoError(`${owner}: ${name} must be a number, ${wanted}; got ${value}`);
}

/** Throws OstinatoError, naming the option, where a number is not whole or below `from`. `Infinity` stands for no end. */
export function assertWhole(owner: string, name: string, value: number, from: number): void {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= from) return;
  throw new OstinatoError(`${owner}: ${name} must be a whole number from ${from}, got ${value}`);
}

/** Throws OstinatoError where an option is none of its words: type checks do not reach JSON and plain JavaScript. */
export function assertOneOf(owner: string, name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return;
  throw new OstinatoError(`${owner}: ${name} must be ${words.join(' or ')}, got ${value}`);
}
