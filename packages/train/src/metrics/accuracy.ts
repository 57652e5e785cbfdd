import { ShapeError } from '@ostinato/kernel';

/** Throws ShapeError unless there are as many predictions as right answers. */
function requireSameLength(where: string, gold: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (gold.length === predicted.length) return;
  throw new ShapeError(
    `${where}: ${gold.length} right answers and ${predicted.length} predictions; one prediction is needed for each`,
  );
}

/**
 * The part of the predictions that are right, from 0 to 1; 0 where there are none.
 * @param gold the right answers `[N]`: classes by number or by name
 * @param predicted the answers given `[N]`
 * @throws ShapeError where their numbers differ
 * @example accuracy([1, 2, 3, 4], [1, 2, 0, 4])   // 0.75
 */
export function accuracy<Label>(gold: ArrayLike<Label>, predicted: ArrayLike<Label>): number {
  requireSameLength('accuracy', gold, predicted);
  let right = 0;
  for (let index = 0; index < gold.length; index++) if (gold[index] === predicted[index]) right++;
  return gold.length === 0 ? 0 : right / gold.length;
}

/** What {@link tokenAccuracy} counts. */
export interface TokenAccuracyOptions<Label> {
  /** Real steps of each row, `[batch]`; padding never counts. */
  readonly lengths: ArrayLike<number>;
  /** Steps whose right answer is this do not count. */
  readonly ignore?: Label | undefined;
}

/**
 * The part of the real steps that are right, from 0 to 1; 0 where there are none.
 * @param gold the right answers `[batch, time]`, row by row
 * @param predicted the answers given `[batch, time]`, row by row
 * @throws ShapeError where numbers, rows and lengths do not fit, naming the row
 * @example tokenAccuracy([1, 2, 3, 0], [1, 0, 3, 9], { lengths: [2, 1] })   // 2 of 3
 */
export function tokenAccuracy<Label>(
  gold: ArrayLike<Label>,
  predicted: ArrayLike<Label>,
  { lengths, ignore }: TokenAccuracyOptions<Label>,
): number {
  requireSameLength('tokenAccuracy', gold, predicted);
  const time = lengths.length === 0 ? 0 : gold.length / lengths.length;
  if (!Number.isInteger(time) || (lengths.length === 0 && gold.length > 0)) {
    throw new ShapeError(
      `tokenAccuracy: ${gold.length} answers do not fill ${lengths.length} rows of one length; give [batch, time], padded`,
    );
  }
  let [right, counted] = [0, 0];
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row]!;
    if (!(Number.isInteger(length) && length >= 0 && length <= time)) {
      throw new ShapeError(
        `tokenAccuracy: the length of row ${row} is ${length}, expected a whole number from 0 to ${time}`,
      );
    }
    for (let index = row * time; index < row * time + length; index++) {
      if (ignore !== undefined && gold[index] === ignore) continue;
      counted++;
      if (gold[index] === predicted[index]) right++;
    }
  }
  return counted === 0 ? 0 : right / counted;
}
