import { type PaddedBatch, padBatch } from '../padding.js';

/** Strings of a language, and at each step which symbols may follow. */
export interface SymbolPrediction extends PaddedBatch {
  /** `[B, T, symbols]`: 1 for each symbol that may come after this step, else 0; 0 in the padding. */
  readonly next: Float32Array;
  /** The symbols by index. */
  readonly alphabet: readonly string[];
}

/** A string without its last symbol, which nothing follows, and what may come after each of the others. */
export interface PredictedString {
  readonly symbols: readonly number[];
  /** For each step the indices that may follow. */
  readonly next: readonly (readonly number[])[];
}

/** Lays strings side by side. */
export function symbolPrediction(
  strings: readonly PredictedString[],
  alphabet: readonly string[],
): SymbolPrediction {
  const padded = padBatch(strings.map(({ symbols }) => symbols));
  const [batch, time] = padded.shape;
  const size = alphabet.length;
  const next = new Float32Array(batch * time * size);
  for (const [row, string] of strings.entries()) {
    for (const [step, indices] of string.next.entries()) {
      for (const index of indices) next[(row * time + step) * size + index] = 1;
    }
  }
  return { ...padded, next, alphabet };
}
