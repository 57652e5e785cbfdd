/**
 * The name that somebody probably meant: the one fewest letters away, if that is at most a third of what was written.
 *
 * @example nearest('sufrace', ['power', 'surface'])   // 'surface'
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const word = written.toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word, name);
    if (distance < fewest) [best, fewest] = [name, distance];
  }
  return best;
}

/** How many letters to insert, delete, replace or swap with a neighbour (Damerau 1964, without edits inside a swap). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
        isSwap ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length]!;
}
