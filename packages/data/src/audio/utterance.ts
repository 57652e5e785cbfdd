import type { AudioClip } from './clip.js';

/** A recording and what is in it. */
export interface Utterance {
  readonly clip: AudioClip;
  readonly transcript: string;
  /** What messages call it, such as the path of its file. */
  readonly name?: string | undefined;
}
