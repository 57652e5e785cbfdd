import { characterErrorRate, type ErrorRate, wordErrorRate } from '@ostinato/train';

/** How well recordings were recognised. Rates are fractions: 0 is perfect, and they may pass 1. */
export interface RecognizerReport {
  /** Word error rate. */
  readonly wer: number;
  /** Character error rate. */
  readonly cer: number;
  readonly utterances: number;
  /** Seconds of all recordings. */
  readonly seconds: number;
  /** Edits of words, and words that were said. */
  readonly words: ErrorRate;
  /** Edits of characters, and characters that were said. */
  readonly characters: ErrorRate;
}

/** Compares texts that were recognised with what was said. */
export function reportOf(
  transcripts: readonly string[],
  found: readonly string[],
  seconds: number,
): RecognizerReport {
  const words = wordErrorRate(transcripts, found);
  const characters = characterErrorRate(transcripts, found);
  return {
    wer: words.rate,
    cer: characters.rate,
    utterances: transcripts.length,
    seconds,
    words,
    characters,
  };
}
