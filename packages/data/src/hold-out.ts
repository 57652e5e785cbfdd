import { DataError } from './errors.js';
import { Random } from './random.js';

/**
 * Takes items away to measure on, drawn at random: always the same for the same seed. Both parts come in the order in which they
 * were drawn. Throws a `DataError` unless at least one item stays.
 *
 * @param count how many to take away, a whole number from 0
 * @returns `kept` and `held`; together every item once
 * @example const { kept: train, held: dev } = holdOut(texts, 500);
 */
export function holdOut<Item>(
  items: readonly Item[],
  count: number,
  { seed = 0 }: { seed?: number } = {},
): { kept: Item[]; held: Item[] } {
  if (!(Number.isInteger(count) && count >= 0 && count < items.length)) {
    throw new DataError(
      `holdOut: cannot take ${count} of ${items.length} away; give a whole number from 0 that leaves at least one`,
    );
  }
  const drawn = new Random(seed).shuffle([...items]);
  const kept = items.length - count;
  return { kept: drawn.slice(0, kept), held: drawn.slice(kept) };
}
