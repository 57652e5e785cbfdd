import { DataError } from './errors.js';

/** Throws DataError, naming function and argument, for what is not a whole number from `from`. */
export function assertCount(where: string, name: string, value: number, from: number): void {
  if (Number.isSafeInteger(value) && value >= from) return;
  throw new DataError(`${where}: ${name} must be a whole number from ${from}, got ${value}`);
}
