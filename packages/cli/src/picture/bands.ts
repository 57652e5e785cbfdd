/** A strip of one row of a grid, between two levels. */
export interface Band {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
  /** How many levels lie below its values. */
  readonly level: number;
}

/**
 * Cuts a function over a grid into strips between levels, as a map of heights. Within a row, between two columns, the function
 * is taken as straight, so strips end where it crosses a level and not only at columns.
 *
 * @param x places of the columns, rising
 * @param y places of the rows, rising; a strip is as high as its row
 * @param values [rows, columns]
 * @param levels rising
 */
export function bandsOf(
  x: readonly number[],
  y: readonly number[],
  values: readonly (readonly number[])[],
  levels: readonly number[],
): Band[] {
  const half = (y[1]! - y[0]!) / 2;
  return values.flatMap((row, at) => {
    const [low, high] = [Math.max(y[0]!, y[at]! - half), Math.min(y.at(-1)!, y[at]! + half)];
    return strips(x, row, levels).map((strip) => ({ ...strip, low, high }));
  });
}

function strips(
  x: readonly number[],
  row: readonly number[],
  levels: readonly number[],
): Pick<Band, 'left' | 'right' | 'level'>[] {
  const levelOf = (value: number) => levels.filter((level) => value > level).length;
  const found = [];
  let [left, level] = [x[0]!, levelOf(row[0]!)];
  for (let column = 1; column < row.length; column++) {
    const [before, value] = [row[column - 1]!, row[column]!];
    const next = levelOf(value);
    const direction = Math.sign(next - level);
    while (level !== next) {
      const crossed = levels[direction > 0 ? level : level - 1]!;
      const share = (crossed - before) / (value - before);
      const right = x[column - 1]! + share * (x[column]! - x[column - 1]!);
      found.push({ left, right, level });
      left = right;
      level += direction;
    }
  }
  found.push({ left, right: x.at(-1)!, level });
  return found;
}
