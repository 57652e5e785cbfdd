/** What a frame is multiplied by, so that its ends do not sound. */
export type SpectralWindow = 'hamming' | 'hann' | 'rectangular';

/** The names of all windows. */
export const spectralWindows: readonly SpectralWindow[] = ['hamming', 'hann', 'rectangular'];

/** A + (1 - A) cos: how far each window stays above zero at its ends. */
const OFFSET = { hamming: 0.54, hann: 0.5, rectangular: 1 } as const;

/** [length], symmetric as in HTK and Kaldi: w_n = a - (1 - a) cos(2πn / (length - 1)). */
export function spectralWindow(name: SpectralWindow, length: number): Float64Array {
  const offset = OFFSET[name];
  return Float64Array.from({ length }, (_, n) =>
    length === 1 ? 1 : offset - (1 - offset) * Math.cos((2 * Math.PI * n) / (length - 1)),
  );
}
