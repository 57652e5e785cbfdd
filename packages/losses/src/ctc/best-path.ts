import { type CtcInputOptions, checkBlank, checkedLogProbabilities } from './log-probabilities.js';
import { type CtcSegment, segmentOf } from './segments.js';

/** How the best path is read. */
export interface CtcBestPathOptions extends CtcInputOptions {
  /** Class of the blank. Default 0. */
  blank?: number | undefined;
}

/** The most probable path, and what it stands for. */
export interface CtcBestPath {
  /** The symbols with their frames, in order; `map(({ symbol }) => symbol)` is the transcript. */
  readonly symbols: readonly CtcSegment[];
  /** The most probable class of each frame, `[frames]`. */
  readonly path: Int32Array;
  /** Natural logarithm of the path's probability: one path of many that stand for the same symbols. */
  readonly logProbability: number;
}

/**
 * Best path decoding (Graves et al. 2006, section 3.2): the most probable class of each frame, repeats merged, blanks removed. Of
 * classes that are equally probable the first is taken.
 * @param logProbabilities `[frames, classes]`, row by row; of a padded batch `subarray` gives one row
 * @throws ShapeError, IndexError or OstinatoError for sizes, a blank or numbers that cannot be
 * @example
 * const { symbols } = ctcBestPath(logProbabilities, frames, classes);
 * const text = symbols.map(({ symbol }) => alphabet[symbol]).join('');
 */
export function ctcBestPath(
  logProbabilities: Float32Array,
  frames: number,
  classes: number,
  { blank = 0, normalize }: CtcBestPathOptions = {},
): CtcBestPath {
  const where = 'ctcBestPath';
  const numbers = checkedLogProbabilities(where, logProbabilities, frames, classes, { normalize });
  checkBlank(where, blank, classes);
  const path = new Int32Array(frames);
  let logProbability = 0;
  for (let frame = 0; frame < frames; frame++) {
    const begin = frame * classes;
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (numbers[begin + index]! > numbers[begin + best]!) best = index;
    }
    path[frame] = best;
    logProbability += numbers[begin + best]!;
  }
  const symbols: CtcSegment[] = [];
  for (let start = 0, end = 0; start < frames; start = end) {
    while (end < frames && path[end] === path[start]) end++;
    if (path[start] !== blank) symbols.push(segmentOf(numbers, classes, path[start]!, start, end));
  }
  return { symbols, path, logProbability };
}
