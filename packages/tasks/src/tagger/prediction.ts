import { type Chunk, chunksOf } from '@ostinato/train/inference';

/** A slot that was found in a sentence: tokens `start` to `end - 1`. */
export interface PredictedSpan extends Chunk {
  /** Its tokens, separated by blanks. */
  readonly text: string;
}

/** What a tagger says of one sentence. */
export interface TaggedPrediction {
  readonly tokens: readonly string[];
  /** One BIO tag for each token. */
  readonly slots: readonly string[];
  readonly spans: readonly PredictedSpan[];
  /** The sentence's intent; null where the tagger learnt none. */
  readonly intent: string | null;
}

/** A prediction from tokens and their tags. */
export function predictionOf(
  tokens: readonly string[],
  slots: readonly string[],
  intent: string | null,
): TaggedPrediction {
  const spans = chunksOf(slots).map((chunk) => ({
    ...chunk,
    text: tokens.slice(chunk.start, chunk.end).join(' '),
  }));
  return { tokens: [...tokens], slots, spans, intent };
}
