/** A point of a curve: a size, and what was measured there. */
export type Point = readonly [size: number, value: number];

/**
 * The exponent k of value = c · size^k, by least squares over the logarithms: 1 for linear growth, 2 for quadratic. Undefined for
 * fewer than two different sizes.
 */
export function exponentOf(points: readonly Point[]): number | undefined {
  const logarithms = points
    .filter(([size, value]) => size > 0 && value > 0)
    .map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const mean = (axis: 0 | 1) => logarithms.reduce((sum, point) => sum + point[axis], 0) / logarithms.length;
  const [meanSize, meanValue] = [mean(0), mean(1)];
  let together = 0;
  let own = 0;
  for (const [size, value] of logarithms) {
    together += (size - meanSize) * (value - meanValue);
    own += (size - meanSize) ** 2;
  }
  return own > 0 ? together / own : undefined;
}
