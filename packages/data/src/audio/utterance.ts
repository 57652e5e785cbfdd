import type { AudioClip } from './clip.js';

/** A recording and what is in it. */
export interface Utterance {
  readonly clip: AudioClip;
  readonly transcript: string;
}
