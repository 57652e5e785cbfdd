import { DTypeError, formatShape, IndexError, ShapeError } from '@ostinato/kernel';
import { Tensor, tensor } from '@ostinato/tensor';
import type { Lengths } from '../lengths.js';
import { checkedLengths } from './checked-lengths.js';

/**
 * The symbols of each row, classes other than the blank: a list of lists, which may differ in length; or one list of all rows, each
 * filled up to the same length; or such an i32 tensor `[batch, length]`. `targetLengths` says where rows end that are filled up.
 */
export type CtcTargets = Tensor | Int32Array | readonly number[] | readonly ArrayLike<number>[];

/** Targets as the kernel takes them. */
export interface CheckedCtcTargets {
  /** i32 `[batch, length]` */
  readonly targets: Tensor;
  /** i32 `[batch]` */
  readonly targetLengths: Tensor;
  /** Symbols of each row, and how many of them are like the one before, as far as that is known here. */
  readonly lengths: Int32Array | undefined;
  readonly repeats: readonly number[] | undefined;
}

/**
 * Targets of a batch, checked as far as their numbers are known here.
 * @param logits `[batch, time, classes]`
 * @throws ShapeError for another number of rows, or a target length that does not fit, naming the row
 * @throws DTypeError for a tensor that is not i32, or for target lengths in a tensor with targets in numbers
 * @throws IndexError that names row and position of a symbol that is no class, or the blank
 */
export function checkCtcTargets(
  logits: Tensor,
  targets: CtcTargets,
  targetLengths: Lengths | undefined,
  blank: number,
): CheckedCtcTargets {
  const [batch, , classes] = logits.shape as [number, number, number];
  const { backend } = logits;
  if (targets instanceof Tensor) {
    checkTensor(targets, batch);
    const lengths = checkedLengths('targetLengths', targetLengths, batch, targets.shape[1]!, backend);
    return { targets, targetLengths: lengths.tensor, lengths: lengths.numbers, repeats: undefined };
  }
  if (targetLengths instanceof Tensor) {
    throw new DTypeError(
      'ctcLoss: the targets are numbers and targetLengths is a tensor, expected numbers for both or tensors for both; ' +
        'give the numbers, or make the targets an i32 tensor',
    );
  }
  const all = rowsOf(targets, batch);
  const rows = targetLengths === undefined ? all : shortened(all, targetLengths);
  for (const [row, symbols] of rows.entries()) checkSymbols(symbols, row, classes, blank);
  const width = Math.max(0, ...rows.map(({ length }) => length));
  const dense = new Int32Array(batch * width).fill(blank);
  for (const [row, symbols] of rows.entries()) dense.set(symbols, row * width);
  const lengths = Int32Array.from(rows, ({ length }) => length);
  return {
    targets: tensor(dense, [batch, width], { backend }),
    targetLengths: tensor(lengths, [batch], { backend }),
    lengths,
    repeats: rows.map(repeatsIn),
  };
}

function checkTensor({ dtype, shape }: Tensor, batch: number): void {
  if (dtype !== 'i32') {
    throw new DTypeError(
      `ctcLoss: targets must be i32, got ${dtype}; make them from an Int32Array or with { dtype: 'i32' }`,
    );
  }
  if (shape.length === 2 && shape[0] === batch) return;
  throw new ShapeError(
    `ctcLoss: targets must have shape [${batch}, length], a row for each of the batch, got ${formatShape(shape)}`,
  );
}

/** The rows of targets that are given as numbers. */
function rowsOf(targets: Exclude<CtcTargets, Tensor>, batch: number): readonly (readonly number[])[] {
  if (isNested(targets)) {
    if (targets.length === batch) return targets.map((row) => Array.from(row));
    throw new ShapeError(
      `ctcLoss: targets of ${targets.length} rows for logits of ${batch} rows, expected as many`,
    );
  }
  const width = batch === 0 ? 0 : targets.length / batch;
  if (!Number.isInteger(width) || (batch === 0 && targets.length > 0)) {
    throw new ShapeError(
      `ctcLoss: ${targets.length} target symbols in one list for ${batch} rows, expected as many for each row; ` +
        'fill the rows up and pass targetLengths, or pass a list for each row',
    );
  }
  const flat = Array.from(targets);
  return Array.from({ length: batch }, (_, row) => flat.slice(row * width, (row + 1) * width));
}

function isNested(targets: Exclude<CtcTargets, Tensor>): targets is readonly ArrayLike<number>[] {
  return targets.length > 0 && typeof targets[0] === 'object';
}

/** The rows up to their target lengths. */
function shortened(
  rows: readonly (readonly number[])[],
  lengths: Int32Array | readonly number[],
): readonly (readonly number[])[] {
  if (lengths.length !== rows.length) {
    throw new ShapeError(
      `ctcLoss: targetLengths must have shape [${rows.length}], one for each row of the batch, got [${lengths.length}]`,
    );
  }
  return rows.map((symbols, row) => {
    const length = lengths[row]!;
    if (Number.isInteger(length) && length >= 0 && length <= symbols.length) return symbols.slice(0, length);
    throw new ShapeError(
      `ctcLoss: the target length of row ${row} is ${length}, expected a whole number from 0 to ${symbols.length}, ` +
        'the symbols that the row has',
    );
  });
}

function checkSymbols(symbols: readonly number[], row: number, classes: number, blank: number): void {
  for (const [place, symbol] of symbols.entries()) {
    if (!(Number.isInteger(symbol) && symbol >= 0 && symbol < classes)) {
      throw new IndexError(
        `ctcLoss: target symbol ${place} of row ${row} is ${symbol}, expected a class from 0 to ${classes - 1}; ` +
          'correct the data, or make the logits wider',
      );
    }
    if (symbol === blank) {
      throw new IndexError(
        `ctcLoss: target symbol ${place} of row ${row} is ${symbol}, which is the blank; ` +
          'leave blanks out of targets, or pass the class of the blank as blank',
      );
    }
  }
}

/** How many symbols are like the one before: a step more, for the blank between, is needed for each. */
function repeatsIn(symbols: readonly number[]): number {
  return symbols.filter((symbol, place) => place > 0 && symbol === symbols[place - 1]).length;
}
