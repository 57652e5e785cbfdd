/** Numbers over rows and columns. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** How a grid becomes strips. */
export interface StripOptions {
  /** Columns at most; of several that become one, the largest number is taken. */
  readonly columns: number;
  /** Width of a column of the grid. */
  readonly step: number;
  /** How many levels numbers are rounded to. */
  readonly levels: number;
  /** The numbers of the lowest and the highest level; the least and the greatest of the grid by default. */
  readonly range?: readonly [number, number];
}

/** Neighbours of one row whose numbers have one level. */
export interface Strip {
  readonly row: number;
  /** row + 1 */
  readonly above: number;
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/** Cuts a grid into strips of one level each: far fewer than numbers, so that a map of them stays a small file. */
export function stripsOf(grid: Grid, { columns, step, levels, range }: StripOptions): Strip[] {
  const each = Math.max(1, Math.ceil(grid.columns / columns));
  const wide = Math.ceil(grid.columns / each);
  const numbers = Array.from({ length: grid.rows }, (_, row) =>
    Float64Array.from({ length: wide }, (_, column) => {
      let most = Number.NEGATIVE_INFINITY;
      const end = Math.min(grid.columns, (column + 1) * each);
      for (let at = column * each; at < end; at++) most = Math.max(most, grid.at(row, at));
      return most;
    }),
  );
  const [least, greatest] = range ?? rangeOf(numbers);
  const levelOf = (number: number): number => {
    const share = greatest > least ? (number - least) / (greatest - least) : 0;
    return Math.max(0, Math.min(levels - 1, Math.floor(share * levels)));
  };
  const strips: Strip[] = [];
  for (const [row, line] of numbers.entries()) {
    for (let start = 0, end = 0; start < wide; start = end) {
      const level = levelOf(line[start]!);
      while (end < wide && levelOf(line[end]!) === level) end++;
      const to = Math.min(grid.columns, end * each) * step;
      strips.push({ row, above: row + 1, from: start * each * step, to, level });
    }
  }
  return strips;
}

function rangeOf(numbers: readonly Float64Array[]): [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of numbers) {
    for (const number of line) {
      least = Math.min(least, number);
      greatest = Math.max(greatest, number);
    }
  }
  return [least, greatest];
}
