/**
 * Brings the positions of the largest keys to the front of `order`, in any order among themselves (quickselect with three parts; of equal keys
 * any stay).
 * @param order positions in `keys`; the first `count` are looked at
 * @param keep from 1 to `count`
 * @returns the smallest key that is kept
 */
export function keepLargest(keys: Float64Array, order: Int32Array, count: number, keep: number): number {
  let low = 0;
  let high = count - 1;
  const last = keep - 1;
  while (low < high) {
    const pivot = middleOf(keys[order[low]!]!, keys[order[(low + high) >> 1]!]!, keys[order[high]!]!);
    // Above the pivot before `above`, equal to it before `next`, below it after `below`.
    let above = low;
    let next = low;
    let below = high;
    while (next <= below) {
      const position = order[next]!;
      const key = keys[position]!;
      if (key > pivot) {
        order[next++] = order[above]!;
        order[above++] = position;
      } else if (key < pivot) {
        order[next] = order[below]!;
        order[below--] = position;
      } else next++;
    }
    if (last < above) high = above - 1;
    else if (last > below) low = below + 1;
    else return pivot;
  }
  return keys[order[last]!]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
