import { type CtcLossArgs, IndexError, selectView, sliceView, type View } from '@ostinato/kernel';

/** The whole numbers of a call of `ctcLoss`. */
export interface CtcNumbers {
  readonly inputLengths: readonly number[];
  readonly targetLengths: readonly number[];
  /** Symbols of each row, up to its target length. */
  readonly targets: readonly (readonly number[])[];
}

/**
 * Reads lengths and symbols.
 * @param read gives the numbers of a view with one axis
 * @throws IndexError for a length or a symbol that there is not, naming the row
 */
export function ctcNumbers(args: CtcLossArgs, read: (view: View) => readonly number[]): CtcNumbers {
  const { logits, targets } = args;
  const [T, , C] = logits.shape as [number, number, number];
  const lengths = (name: 'inputLengths' | 'targetLengths', most: number): readonly number[] =>
    read(args[name]).map((length, row) => {
      if (length >= 0 && length <= most) return length;
      throw outside(`${name} of row ${row}`, length, most);
    });
  const inputLengths = lengths('inputLengths', T);
  const targetLengths = lengths('targetLengths', targets.shape[1]!);
  const rows = targetLengths.map((length, row) =>
    read(sliceView(selectView(targets, 0, row), 0, 0, length)).map((symbol, place) => {
      if (symbol >= 0 && symbol < C) return symbol;
      throw outside(`target symbol ${place} of row ${row}`, symbol, C - 1);
    }),
  );
  return { inputLengths, targetLengths, targets: rows };
}

function outside(what: string, value: number, most: number): IndexError {
  return new IndexError(`ctcLoss: ${what} is ${value}; give a whole number from 0 to ${most}`);
}
