import { DataError } from '../../errors.js';
import { Random } from '../../random.js';
import type { DigitRecording } from './digit-recording.js';

/** Recordings in parts, each in one. */
export interface SplitRecordings {
  readonly train: DigitRecording[];
  readonly dev: DigitRecording[];
  /** All recordings of the speakers who are held out. */
  readonly heldOut: DigitRecording[];
}

/**
 * Splits recordings, so that what is measured on was never heard in training: of each digit of each speaker a share goes to dev, at
 * least one where there are two, and all of some speakers are held out.
 *
 * @param options.devShare from 0 to 1, without either; 0.1 by default
 * @throws DataError where a speaker is unknown, or where nothing would be left to train on or for dev
 */
export function splitRecordings(
  recordings: readonly DigitRecording[],
  {
    seed = 0,
    devShare = 0.1,
    holdOutSpeakers = [],
  }: {
    readonly seed?: number;
    readonly devShare?: number;
    readonly holdOutSpeakers?: readonly string[];
  } = {},
): SplitRecordings {
  if (!(devShare > 0 && devShare < 1)) {
    throw new DataError(`splitRecordings: devShare must be a number between 0 and 1, got ${devShare}`);
  }
  const speakers = [...new Set(recordings.map(({ speaker }) => speaker))].sort();
  for (const speaker of holdOutSpeakers) {
    if (!speakers.includes(speaker)) {
      throw new DataError(
        `splitRecordings: there is no speaker '${speaker}' to hold out; there are ${speakers.join(', ')}`,
      );
    }
  }
  const split: SplitRecordings = { train: [], dev: [], heldOut: [] };
  const groups = new Map<string, DigitRecording[]>();
  for (const recording of recordings) {
    if (holdOutSpeakers.includes(recording.speaker)) split.heldOut.push(recording);
    else {
      const key = `${recording.speaker} ${recording.digit}`;
      groups.set(key, [...(groups.get(key) ?? []), recording]);
    }
  }
  [...groups.keys()].sort().forEach((key, index) => {
    const group = new Random(seed, 0, index).shuffle([...(groups.get(key) as DigitRecording[])]);
    const dev = Math.min(group.length - 1, Math.max(1, Math.round(devShare * group.length)));
    split.dev.push(...group.slice(0, dev));
    split.train.push(...group.slice(dev));
  });
  if (split.dev.length === 0) {
    throw new DataError(
      `splitRecordings: ${split.train.length} recordings of ${speakers.length - holdOutSpeakers.length} speakers do not make two parts; ` +
        'bring two of one digit of one speaker, or hold out fewer speakers',
    );
  }
  return split;
}
