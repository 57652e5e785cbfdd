import { formatShape, IndexError, OstinatoError, ShapeError } from '@ostinato/kernel';

/** What the numbers of a recording are, for everything here that reads `[frames, classes]`. */
export interface CtcInputOptions {
  /** Whether the numbers are logits, to which log-softmax is applied first. Default false: they are natural logarithms. */
  normalize?: boolean | undefined;
}

/** How far above 0 the rounding of a log-softmax may bring a log probability. */
const ROUNDING = 1e-3;

/**
 * The log-softmax of each frame: natural logarithms of probabilities.
 * @param logits `[frames, classes]`, row by row
 * @returns `[frames, classes]`
 * @throws ShapeError where the sizes do not fit the numbers
 * @throws OstinatoError that names the frame where a logit is NaN or infinite, or all of a frame are -Infinity
 */
export function ctcLogProbabilities(logits: Float32Array, frames: number, classes: number): Float32Array {
  const where = 'ctcLogProbabilities';
  checkSizes(where, logits, frames, classes);
  return logSoftmax(where, logits, classes);
}

/**
 * Log probabilities that can be relied on: their number fits, none is NaN or above 0, and each frame has one above -Infinity.
 * @param where the operation that errors name
 * @returns the same array, or with `normalize` a new one
 * @throws ShapeError for another number of them
 * @throws OstinatoError that names frame and class of a number that is no log probability
 */
export function checkedLogProbabilities(
  where: string,
  numbers: Float32Array,
  frames: number,
  classes: number,
  { normalize = false }: CtcInputOptions = {},
): Float32Array {
  checkSizes(where, numbers, frames, classes);
  if (normalize) return logSoftmax(where, numbers, classes);
  for (let frame = 0, at = 0; frame < frames; frame++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < classes; index++, at++) {
      const value = numbers[at]!;
      if (!(value <= ROUNDING)) throw noLogProbability(where, value, frame, index);
      if (value > largest) largest = value;
    }
    if (largest === Number.NEGATIVE_INFINITY) throw impossible(where, frame);
  }
  return numbers;
}

/** Throws IndexError for a blank that is no class. */
export function checkBlank(where: string, blank: number, classes: number): void {
  if (Number.isInteger(blank) && blank >= 0 && blank < classes) return;
  throw new IndexError(
    `${where}: the blank is ${blank}, expected a class from 0 to ${classes - 1}; pass { blank } as in training`,
  );
}

function checkSizes(where: string, numbers: Float32Array, frames: number, classes: number): void {
  const whole = Number.isInteger(frames) && frames >= 0 && Number.isInteger(classes) && classes >= 1;
  if (whole && numbers.length === frames * classes) return;
  throw new ShapeError(
    `${where}: ${numbers.length} numbers for ${formatShape([frames, classes])}, [frames, classes], expected ` +
      `${frames * classes}; of a padded batch pass one row with subarray, as long as its own frames`,
  );
}

function logSoftmax(where: string, logits: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let begin = 0; begin < logits.length; begin += classes) {
    const frame = begin / classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < classes; index++) {
      const value = logits[begin + index]!;
      if (!(value < Number.POSITIVE_INFINITY)) {
        throw new OstinatoError(
          `${where}: frame ${frame}, class ${index} is ${value}, expected a logit; look for what made it in the network`,
        );
      }
      if (value > largest) largest = value;
    }
    if (largest === Number.NEGATIVE_INFINITY) throw impossible(where, frame);
    let sum = 0;
    for (let index = 0; index < classes; index++) sum += Math.exp(logits[begin + index]! - largest);
    const shift = largest + Math.log(sum);
    for (let index = 0; index < classes; index++) out[begin + index] = logits[begin + index]! - shift;
  }
  return out;
}

function noLogProbability(where: string, value: number, frame: number, index: number): OstinatoError {
  return new OstinatoError(
    `${where}: frame ${frame}, class ${index} is ${value}, expected the natural logarithm of a probability, at most 0; ` +
      'pass log probabilities, or logits with { normalize: true }',
  );
}

function impossible(where: string, frame: number): OstinatoError {
  return new OstinatoError(
    `${where}: all classes of frame ${frame} are -Infinity, expected one that is possible; look for what made them in the network`,
  );
}
