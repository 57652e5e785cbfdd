import { ShapeError } from '@ostinato/kernel';
import { type Chunk, chunksOf } from './chunks.js';
import { type Counts, type Rates, ratesOf } from './rates.js';

/** What {@link slotScores} gives. */
export interface SlotScores {
  readonly overall: Rates & {
    /** Words. */
    readonly tokens: number;
    /** The part of the words whose tag is right, from 0 to 1. */
    readonly tokenAccuracy: number;
  };
  /** The same for each type that occurs in the reference or the prediction, in alphabetical order. */
  readonly bySlot: Readonly<Record<string, Rates>>;
}

/**
 * Slot F1 exactly as conlleval computes it, in fractions instead of percent: a chunk is correct when its words and its type
 * are. How tags are read, malformed ones included: {@link chunksOf}.
 * @param gold the tags of the reference, sentence by sentence
 * @param predicted the tags given, as many for each sentence
 * @throws ShapeError where numbers of sentences or tags differ, naming the sentence
 * @example slotScores([['B-city', 'I-city', 'O']], [['B-city', 'O', 'O']]).overall.f1   // 0
 */
export function slotScores(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): SlotScores {
  if (gold.length !== predicted.length) {
    throw new ShapeError(
      `slotScores: ${gold.length} sentences in the reference and ${predicted.length} predicted; both are needed for each`,
    );
  }
  const total = { gold: 0, predicted: 0, correct: 0 };
  const byType = new Map<string, typeof total>();
  let [tokens, rightTokens] = [0, 0];
  const count = (what: keyof Counts, { type }: Chunk): void => {
    const counts = byType.get(type) ?? { gold: 0, predicted: 0, correct: 0 };
    byType.set(type, counts);
    counts[what]++;
    total[what]++;
  };
  gold.forEach((tags, sentence) => {
    const given = predicted[sentence]!;
    if (given.length !== tags.length) {
      throw new ShapeError(
        `slotScores: sentence ${sentence} has ${tags.length} tags in the reference and ${given.length} predicted; ` +
          'cut padding off, and predict a tag for each word',
      );
    }
    tokens += tags.length;
    rightTokens += tags.filter((tag, index) => tag === given[index]).length;
    const references = new Map(chunksOf(tags).map((chunk) => [chunk.start, chunk]));
    for (const chunk of references.values()) count('gold', chunk);
    for (const chunk of chunksOf(given)) {
      count('predicted', chunk);
      const reference = references.get(chunk.start);
      if (reference?.end === chunk.end && reference.type === chunk.type) count('correct', chunk);
    }
  });
  const types = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    overall: { ...ratesOf(total), tokens, tokenAccuracy: tokens === 0 ? 0 : rightTokens / tokens },
    bySlot: Object.fromEntries(types.map(([type, counts]) => [type, ratesOf(counts)])),
  };
}
