import { DataError } from './errors.js';

/** Sequences of different length as one array. */
export interface PaddedBatch {
  /** `[B, T]`: the sequences row by row, filled up with the padding value. */
  data: Int32Array;
  /** Number of sequences and steps of the longest (or the length asked for). */
  shape: [batch: number, time: number];
  /** `[B]`: real steps of each row. */
  lengths: Int32Array;
}

/** How {@link padBatch} fills up. */
export interface PadOptions {
  /** The value that fills up short rows. Default 0. */
  padding?: number;
  /** T; at least the longest sequence. Default: the longest sequence. */
  length?: number;
}

/**
 * Lays sequences of different length side by side, `[B, T]`. Throws when one is longer than `length`.
 *
 * @example padBatch([[5, 6], [7]])   // data [5, 6, 7, 0], shape [2, 2], lengths [2, 1]
 */
export function padBatch(sequences: readonly ArrayLike<number>[], options: PadOptions = {}): PaddedBatch {
  const lengths = Int32Array.from(sequences, (sequence) => sequence.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const { padding = 0, length: time = longest } = options;
  if (longest > time) {
    throw new DataError(
      `padBatch: sequence ${lengths.indexOf(longest)} has ${longest} steps, length is ${time}; ` +
        'cut the sequence, or give a larger length',
    );
  }
  const data = new Int32Array(sequences.length * time).fill(padding);
  for (const [row, sequence] of sequences.entries()) data.set(sequence, row * time);
  return { data, shape: [sequences.length, time], lengths };
}
