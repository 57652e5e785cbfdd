/** The fewest edits that turn a reference into what was recognised, by kind. */
export interface Edits {
  /** Symbols that stand in the place of others. */
  readonly substitutions: number;
  /** Symbols that are there and should not be. */
  readonly insertions: number;
  /** Symbols that are missing. */
  readonly deletions: number;
}

const KEEP = 0;
const SUBSTITUTE = 1;
const INSERT = 2;
const DELETE = 3;

/**
 * The fewest edits between two sequences (Levenshtein 1966), each kind counted. Where several ways are as short, a substitution is
 * taken before a deletion before an insertion, from the end; the sum does not depend on it.
 * @param reference what was said
 * @param found what was recognised
 * @example editsBetween(['a', 'b', 'c'], ['a', 'c'])   // { substitutions: 0, insertions: 0, deletions: 1 }
 */
export function editsBetween<Symbol>(reference: ArrayLike<Symbol>, found: ArrayLike<Symbol>): Edits {
  const [rows, columns] = [reference.length, found.length];
  const steps = new Uint8Array((rows + 1) * (columns + 1)).fill(INSERT, 1, columns + 1);
  let above = Int32Array.from({ length: columns + 1 }, (_, column) => column);
  let costs = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    costs[0] = row;
    const at = row * (columns + 1);
    steps[at] = DELETE;
    for (let column = 1; column <= columns; column++) {
      const same = reference[row - 1] === found[column - 1];
      let [cost, step] = [above[column - 1]! + (same ? 0 : 1), same ? KEEP : SUBSTITUTE];
      if (above[column]! + 1 < cost) [cost, step] = [above[column]! + 1, DELETE];
      if (costs[column - 1]! + 1 < cost) [cost, step] = [costs[column - 1]! + 1, INSERT];
      costs[column] = cost;
      steps[at + column] = step;
    }
    [above, costs] = [costs, above];
  }
  const counts = [0, 0, 0, 0];
  let [row, column] = [rows, columns];
  while (row > 0 || column > 0) {
    const step = steps[row * (columns + 1) + column]!;
    counts[step]!++;
    if (step !== INSERT) row--;
    if (step !== DELETE) column--;
  }
  return { substitutions: counts[SUBSTITUTE]!, insertions: counts[INSERT]!, deletions: counts[DELETE]! };
}
