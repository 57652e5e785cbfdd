import type { TaggedSentence } from '../tagged-sentence.js';

/**
 * The lecture's two sentences (L1, L3): the same words but for the verb, which alone decides whether Taipei is a
 * destination or a place of departure. They occur in no part of {@link flights}.
 */
export const lectureSentences: readonly TaggedSentence[] = [
  {
    words: ['i', 'would', 'like', 'to', 'arrive', 'taipei', 'on', 'november', '2nd'],
    tags: ['O', 'O', 'O', 'O', 'O', 'B-destination', 'O', 'B-arrival_date', 'I-arrival_date'],
    intent: 'book',
  },
  {
    words: ['i', 'would', 'like', 'to', 'leave', 'taipei', 'on', 'november', '2nd'],
    tags: ['O', 'O', 'O', 'O', 'O', 'B-departure', 'O', 'B-departure_date', 'I-departure_date'],
    intent: 'book',
  },
];
