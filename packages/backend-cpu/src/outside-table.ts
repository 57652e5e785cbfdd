import { formatShape, IndexError } from '@ostinato/kernel';

/** The error for an index that comes at `place` in row-major order and lies outside the table. */
export function outsideTable(
  kernel: string,
  index: number,
  place: number,
  shape: readonly number[],
  rows: number,
): IndexError {
  const position: number[] = [];
  for (let axis = shape.length - 1, rest = place; axis >= 0; axis--) {
    position.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  const valid = rows > 0 ? `give whole numbers from 0 to ${rows - 1}` : 'the table is empty';
  return new IndexError(
    `${kernel}: index ${index} at position ${formatShape(position)} is outside the table of ${rows} rows; ${valid}`,
  );
}
