import { DataError, type DataLocation } from './errors.js';

/** A sentence whose words carry slot labels in the BIO scheme (L1): `B-type` begins a slot, `I-type` goes on, `O` is none. */
export interface TaggedSentence {
  words: string[];
  /** One tag per word. */
  tags: string[];
  /** What the sentence as a whole wants, where that is known. */
  intent?: string;
}

/** A slot: words `start` to `end - 1` are the value of `type`. */
export interface SlotSpan {
  type: string;
  /** First word, from 0. */
  start: number;
  /** One past the last word. */
  end: number;
}

/**
 * Throws unless `tag` is `O`, `B-type` or `I-type`. An `I-type` may stand anywhere: where it follows neither a
 * `B-type` nor an `I-type` it begins a slot, as conlleval reads it.
 */
export function checkTag(tag: string, location: DataLocation = {}): void {
  if (tag === 'O' || /^[BI]-./u.test(tag)) return;
  throw new DataError(`'${tag}' is not a BIO tag; write O, B-type or I-type, as in B-destination`, location);
}

/**
 * The slots that BIO tags spell, in order, as conlleval reads them: an `I-type` that does not go on a slot of its type
 * begins one.
 *
 * @example spansOf(['O', 'B-city', 'I-city'])   // [{ type: 'city', start: 1, end: 3 }]
 */
export function spansOf(tags: readonly string[]): SlotSpan[] {
  const spans: SlotSpan[] = [];
  let open: SlotSpan | undefined;
  tags.forEach((tag, index) => {
    const type = tag.slice(2);
    if (tag.startsWith('I-') && open?.type === type) {
      open.end = index + 1;
    } else if (tag.startsWith('B-') || tag.startsWith('I-')) {
      open = { type, start: index, end: index + 1 };
      spans.push(open);
    } else {
      open = undefined;
    }
  });
  return spans;
}
