import type { Random } from '@ostinato/data';

/**
 * Draws one of several, each with its probability to the power of 1 / temperature, made to add up to 1 again.
 * @returns its index
 */
export function draw(probabilities: Float64Array, temperature: number, random: Random): number {
  const weights = probabilities.map((probability) => probability ** (1 / temperature));
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  // Rounding may leave a rest.
  return weights.findLastIndex((weight) => weight > 0);
}
