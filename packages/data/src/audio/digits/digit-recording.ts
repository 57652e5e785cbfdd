import type { AudioClip } from '../clip.js';

/** Somebody saying one digit. */
export interface DigitRecording {
  readonly clip: AudioClip;
  /** 0 to 9. */
  readonly digit: number;
  readonly speaker: string;
  /** What the recording is called, as the name of its file. */
  readonly name: string;
}

/** What 0 to 9 are called in transcripts. */
export const digitWords: readonly string[] = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
];
