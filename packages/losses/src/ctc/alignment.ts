import { IndexError, OstinatoError, ShapeError } from '@ostinato/kernel';
import { type CtcInputOptions, checkBlank, checkedLogProbabilities } from './log-probabilities.js';
import { type CtcSegment, segmentOf } from './segments.js';

/** How a target is aligned. */
export interface CtcAlignOptions extends CtcInputOptions {
  /** Class of the blank. Default 0. */
  blank?: number | undefined;
}

/** The best path through a target. */
export interface CtcAlignment {
  /** Each symbol of the target with its frames, in order. Frames of blanks belong to none. */
  readonly symbols: readonly CtcSegment[];
  /** The class of each frame, `[frames]`. */
  readonly path: Int32Array;
  /** Natural logarithm of the path's probability. */
  readonly logProbability: number;
}

/** What a back pointer says: how many states the path has come from the frame before. */
const UNREACHED = 255;

/**
 * Forced alignment: the most probable of all paths that stand for the target, found by Viterbi over its 2 S + 1 states, blanks
 * between the symbols (Graves et al. 2006, figure 3, with the maximum in place of the sum). It takes a byte for each frame and
 * state. Frames times the duration of a frame are seconds.
 * @param logProbabilities `[frames, classes]`, row by row
 * @param target classes without blanks, `[S]`
 * @throws ShapeError where the target needs more frames than there are: one a symbol, and one more between equal neighbours
 * @throws IndexError for a symbol or a blank that is no class, or a blank in the target
 * @throws OstinatoError for numbers that are no log probabilities, or where every path has probability 0
 * @example
 * const { symbols } = ctcAlign(logProbabilities, frames, classes, [7, 4, 11, 11, 14]);
 * symbols.map(({ start, end }) => [start * 0.02, end * 0.02]);   // seconds, where a frame lasts 20 ms
 */
export function ctcAlign(
  logProbabilities: Float32Array,
  frames: number,
  classes: number,
  target: ArrayLike<number>,
  { blank = 0, normalize }: CtcAlignOptions = {},
): CtcAlignment {
  const where = 'ctcAlign';
  const numbers = checkedLogProbabilities(where, logProbabilities, frames, classes, { normalize });
  checkBlank(where, blank, classes);
  checkTarget(where, frames, classes, target, blank);
  const count = 2 * target.length + 1;
  const steps = new Uint8Array(frames * count).fill(UNREACHED);
  const last = sweep(numbers, frames, classes, target, blank, steps);
  const final = frames === 0 ? 0 : bestFinalState(last);
  const logProbability = frames === 0 ? 0 : last[final]!;
  if (logProbability === Number.NEGATIVE_INFINITY) {
    throw new OstinatoError(
      `${where}: every path through the target has probability 0; check that target and recording belong together`,
    );
  }
  return { ...trace(numbers, frames, classes, target, blank, steps, final), logProbability };
}

function checkTarget(
  where: string,
  frames: number,
  classes: number,
  target: ArrayLike<number>,
  blank: number,
): void {
  let repeats = 0;
  for (let position = 0; position < target.length; position++) {
    const symbol = target[position]!;
    if (!(Number.isInteger(symbol) && symbol >= 0 && symbol < classes) || symbol === blank) {
      const what = symbol === blank ? `${symbol}, the blank` : `${symbol}`;
      throw new IndexError(
        `${where}: the target at ${position} is ${what}, expected a class from 0 to ${classes - 1} other than ${blank}`,
      );
    }
    if (position > 0 && symbol === target[position - 1]) repeats++;
  }
  const needed = target.length + repeats;
  if (needed <= frames) return;
  const why = repeats === 0 ? '' : `, ${repeats} of them after an equal one, with a blank between`;
  throw new ShapeError(
    `${where}: ${target.length} symbols${why} need ${needed} frames, there are ${frames}; ` +
      'give the whole recording, shorten the target, or have the network keep more frames',
  );
}

/**
 * Fills the back pointers `[frames, 2 S + 1]`.
 * @returns log probabilities of the best paths to each state at the last frame
 */
function sweep(
  numbers: Float32Array,
  frames: number,
  classes: number,
  target: ArrayLike<number>,
  blank: number,
  steps: Uint8Array,
): Float64Array {
  const count = 2 * target.length + 1;
  const classOf = Int32Array.from({ length: count }, (_, state) => (state % 2 ? target[state >> 1]! : blank));
  let before = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  let now = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let frame = 0; frame < frames; frame++) {
    const begin = frame * classes;
    // States that the beginning reaches, and from which the end can be reached.
    const from = Math.max(0, count - 2 * (frames - frame));
    const to = Math.min(count - 1, 2 * frame + 1);
    now.fill(Number.NEGATIVE_INFINITY);
    for (let state = from; state <= to; state++) {
      const symbol = classOf[state]!;
      let best = frame === 0 ? 0 : before[state]!;
      let step = 0;
      if (frame > 0 && state > 0 && before[state - 1]! > best) {
        best = before[state - 1]!;
        step = 1;
      }
      const canSkip = frame > 0 && state > 1 && symbol !== blank && symbol !== classOf[state - 2];
      if (canSkip && before[state - 2]! > best) {
        best = before[state - 2]!;
        step = 2;
      }
      now[state] = best + numbers[begin + symbol]!;
      steps[frame * count + state] = step;
    }
    [before, now] = [now, before];
  }
  return before;
}

/** The last symbol, or the blank after it. */
function bestFinalState(last: Float64Array): number {
  const end = last.length - 1;
  return end > 0 && last[end - 1]! > last[end]! ? end - 1 : end;
}

function trace(
  numbers: Float32Array,
  frames: number,
  classes: number,
  target: ArrayLike<number>,
  blank: number,
  steps: Uint8Array,
  final: number,
): Pick<CtcAlignment, 'symbols' | 'path'> {
  const count = 2 * target.length + 1;
  const path = new Int32Array(frames);
  const starts = new Int32Array(target.length);
  const ends = new Int32Array(target.length);
  for (let frame = frames - 1, state = final; frame >= 0; frame--) {
    const position = state >> 1;
    const isSymbol = state % 2 === 1;
    path[frame] = isSymbol ? target[position]! : blank;
    if (isSymbol) {
      if (ends[position] === 0) ends[position] = frame + 1;
      starts[position] = frame;
    }
    state -= steps[frame * count + state]!;
  }
  const symbols = Array.from({ length: target.length }, (_, position) =>
    segmentOf(numbers, classes, target[position]!, starts[position]!, ends[position]!),
  );
  return { symbols, path };
}
