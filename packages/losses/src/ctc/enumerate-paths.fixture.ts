/** What CTC says of one row: by enumeration, or by the recursion in float64. */
export interface RowResult {
  readonly loss: number;
  /** [time, classes], by the logits; zeros where the target cannot fit. */
  readonly gradient: Float64Array;
}

/** Softmax of each step of logits [time, classes], in float64. */
export function probabilitiesOf(logits: ArrayLike<number>, time: number, classes: number): Float64Array {
  const result = new Float64Array(time * classes);
  for (let step = 0; step < time; step++) {
    const row = Array.from({ length: classes }, (_, k) => logits[step * classes + k]!);
    const largest = Math.max(...row);
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    for (let k = 0; k < classes; k++) result[step * classes + k] = Math.exp(row[k]! - largest) / total;
  }
  return result;
}

/** What is left of a path: of equal neighbours one, then no blanks (Graves et al. 2006, the map B). */
export function collapsed(path: readonly number[], blank: number): number[] {
  return path.filter((symbol, step) => symbol !== path[step - 1]).filter((symbol) => symbol !== blank);
}

/** Loss and gradient of one row by going through every path there is: classes to the power of time. */
export function enumeratePaths(
  logits: ArrayLike<number>,
  time: number,
  classes: number,
  target: readonly number[],
  blank: number,
): RowResult {
  const probabilities = probabilitiesOf(logits, time, classes);
  const wanted = target.join();
  const shares = new Float64Array(time * classes);
  let total = 0;
  for (let code = 0; code < classes ** time; code++) {
    const path = Array.from({ length: time }, (_, step) => Math.floor(code / classes ** step) % classes);
    if (collapsed(path, blank).join() !== wanted) continue;
    const probability = path.reduce((product, k, step) => product * probabilities[step * classes + k]!, 1);
    total += probability;
    for (const [step, k] of path.entries()) shares[step * classes + k]! += probability;
  }
  const gradient = probabilities.map((p, index) => (total === 0 ? 0 : p - shares[index]! / total));
  return { loss: -Math.log(total), gradient };
}
