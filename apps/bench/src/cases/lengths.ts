/**
 * Lengths of the rows of a ragged batch: spread evenly from 1 to `time`, half of it in the mean, in mixed order, the first row
 * the longest.
 */
export function raggedLengths(batch: number, time: number): Int32Array {
  return Int32Array.from({ length: batch }, (_, row) => {
    const rank = (batch - 1 + row * 7) % batch;
    return Math.min(time, Math.max(1, Math.round((time * (rank + 0.5)) / batch)));
  });
}
