import { type SlotSpan, spansOf } from '@ostinato/data';

/** A slot that was found in a sentence. */
export interface PredictedSpan extends SlotSpan {
  /** Its words, separated by blanks. */
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
export function predictionOf(tokens: readonly string[], slots: readonly string[], intent: string | null): TaggedPrediction {
  const spans = spansOf([...slots]).map((span) => ({ ...span, text: tokens.slice(span.start, span.end).join(' ') }));
  return { tokens: [...tokens], slots, spans, intent };
}
