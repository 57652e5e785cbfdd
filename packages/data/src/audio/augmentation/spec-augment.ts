import { assertCount } from '../../assert-count.js';
import { DataError } from '../../errors.js';
import type { Random } from '../../random.js';
import type { Frames } from '../features/frames.js';

/** What {@link specAugment} hides. */
export interface SpecAugmentOptions {
  /** How many stretches of time; 2 by default. */
  readonly timeMasks?: number;
  /** The most frames of each; 10 by default. */
  readonly timeWidth?: number;
  /** The largest part of the frames that one of them may take, so that something is left of short recordings; 0.2 by default. */
  readonly timeShare?: number;
  /** How many ranges of bands; 2 by default. */
  readonly frequencyMasks?: number;
  /** The most bands of each; 8 by default. */
  readonly frequencyWidth?: number;
  /** Into how many equal parts a row falls, in each of which the same bands are hidden: 1 (the default) + deltas. */
  readonly blocks?: number;
  /** What stands in place of what is hidden: 0 by default, the mean after normalization. */
  readonly value?: number;
}

/**
 * A copy of frames in which stretches of time and ranges of bands are hidden, so that a network learns to do without (SpecAugment; Park et al.
 * 2019, without time warping). Each width is drawn from 0 to the most, then its place.
 *
 * @throws DataError where an option is not a whole number from 0, or the blocks do not divide a row
 * @example specAugment(features.compute(samples), { blocks: 1 + features.options.deltas }, random)
 */
export function specAugment(frames: Frames, options: SpecAugmentOptions, random: Random): Frames {
  const { timeMasks = 2, timeWidth = 10, timeShare = 0.2, frequencyMasks = 2, frequencyWidth = 8 } = options;
  const { blocks = 1, value = 0 } = options;
  for (const [name, count] of Object.entries({ timeMasks, timeWidth, frequencyMasks, frequencyWidth })) {
    assertCount('specAugment', name, count, 0);
  }
  assertCount('specAugment', 'blocks', blocks, 1);
  if (!(timeShare >= 0 && timeShare <= 1)) {
    throw new DataError(`specAugment: timeShare must be a number from 0 to 1, got ${timeShare}`);
  }
  const { count, size } = frames;
  if (size % blocks !== 0) {
    throw new DataError(
      `specAugment: rows of ${size} numbers do not fall into ${blocks} equal blocks; give blocks: 1 + deltas of the features`,
    );
  }
  const bands = size / blocks;
  const data = frames.data.slice();
  for (let mask = 0; mask < timeMasks; mask++) {
    const [begin, end] = stretch(count, Math.min(timeWidth, Math.floor(timeShare * count)), random);
    data.fill(value, begin * size, end * size);
  }
  for (let mask = 0; mask < frequencyMasks; mask++) {
    const [begin, end] = stretch(bands, Math.min(frequencyWidth, bands), random);
    for (let row = 0; row < count * size; row += bands) data.fill(value, row + begin, row + end);
  }
  return { data, count, size };
}

/** From where to where: a width from 0 to `most`, at any place of `length`. */
function stretch(length: number, most: number, random: Random): [begin: number, end: number] {
  const width = random.integer(most + 1);
  const begin = random.integer(length - width + 1);
  return [begin, begin + width];
}
