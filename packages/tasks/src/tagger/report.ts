import type { TaggedSentence } from '@ostinato/data';
import { type Rates, slotScores } from '@ostinato/train';
import type { TaggedPrediction } from './prediction.js';

/** How well sentences were tagged. Rates are fractions from 0 to 1. */
export interface TaggerReport {
  /** conlleval's F1: a slot counts when its type and both its borders are right. */
  readonly slotF1: number;
  readonly precision: number;
  readonly recall: number;
  readonly tokenAccuracy: number;
  /** Null where the tagger learnt no intents, or the sentences have none. */
  readonly intentAccuracy: number | null;
  readonly sentences: number;
  readonly bySlot: Readonly<Record<string, Rates>>;
}

/** Compares predictions with what the sentences say. Labels that the tagger has never seen count as misses. */
export function reportOf(
  sentences: readonly TaggedSentence[],
  predictions: readonly TaggedPrediction[],
): TaggerReport {
  const { overall, bySlot } = slotScores(
    sentences.map((sentence) => sentence.tags),
    predictions.map((prediction) => prediction.slots),
  );
  const judged = sentences.flatMap((sentence, index) => {
    const { intent } = predictions[index]!;
    return sentence.intent === undefined || intent === null ? [] : [sentence.intent === intent];
  });
  return {
    slotF1: overall.f1,
    precision: overall.precision,
    recall: overall.recall,
    tokenAccuracy: overall.tokenAccuracy,
    intentAccuracy: judged.length === 0 ? null : judged.filter(Boolean).length / judged.length,
    sentences: sentences.length,
    bySlot,
  };
}
