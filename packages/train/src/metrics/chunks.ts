/** A labelled piece of a sentence: words `start` to `end - 1`. */
export interface Chunk {
  readonly type: string;
  /** First word, from 0. */
  readonly start: number;
  /** One past the last word. */
  readonly end: number;
}

/**
 * The chunks that tags spell, as conlleval (Tjong Kim Sang, version of 2004-01-26) reads them.
 *
 * A tag is `O`, or one of `B` (begins), `I` (inside), `E` (ends), `S` (single), alone or with `-type`; types may contain
 * hyphens. Every row of such tags has a reading, however malformed: an `I` or `E` begins a chunk where none is open or the
 * open one is of another type, and whatever is open at the end of the sentence ends there. All other tags (padding, OTHER) count as `O`.
 *
 * For IOB1, IOB2, IOE1 and IOE2 that is conlleval to the letter. It does not know IOBES: there, `B` and `S` always begin
 * and `E` and `S` always end a chunk, as in its successors.
 * @example chunksOf(['O', 'B-city', 'I-city', 'I-date'])
 * // [{ type: 'city', start: 1, end: 3 }, { type: 'date', start: 3, end: 4 }]
 */
export function chunksOf(tags: readonly string[]): Chunk[] {
  const chunks: { type: string; start: number; end: number }[] = [];
  let open: (typeof chunks)[number] | undefined;
  tags.forEach((tag, index) => {
    const [, letter, type = ''] = /^([BIES])(?:-(.*))?$/su.exec(tag) ?? [];
    if (letter === undefined) {
      open = undefined;
      return;
    }
    if (open?.type === type && (letter === 'I' || letter === 'E')) open.end = index + 1;
    else {
      open = { type, start: index, end: index + 1 };
      chunks.push(open);
    }
    if (letter === 'E' || letter === 'S') open = undefined;
  });
  return chunks;
}
