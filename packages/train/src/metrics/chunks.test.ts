import { describe, expect, it } from 'vitest';
import { chunksOf } from './chunks.js';

/** Chunks as `type[start, end)`. */
const spelled = (tags: string): string =>
  chunksOf(tags.split(' '))
    .map(({ type, start, end }) => `${type}[${start},${end})`)
    .join(' ');

describe('chunksOf', () => {
  it.each([
    ['O O', ''],
    ['B-a I-a O B-b', 'a[0,2) b[3,4)'],
    ['B-a B-a I-a', 'a[0,1) a[1,3)'],
    ['B-from-city I-from-city', 'from-city[0,2)'],
    // IOB1, and malformed: an I begins a chunk where none of its type is open.
    ['I-a I-a O I-a', 'a[0,2) a[3,4)'],
    ['O I-a', 'a[1,2)'],
    ['B-a I-b', 'a[0,1) b[1,2)'],
    ['I-a B-a', 'a[0,1) a[1,2)'],
    // IOE
    ['I-a E-a I-a E-a', 'a[0,2) a[2,4)'],
    ['E-a E-a', 'a[0,1) a[1,2)'],
    ['I-a E-b I-b', 'a[0,1) b[1,2) b[2,3)'],
    // IOBES
    ['S-a S-a B-a E-a B-a', 'a[0,1) a[1,2) a[2,4) a[4,5)'],
    ['B-a S-a I-a', 'a[0,1) a[1,2) a[2,3)'],
    // without types, and tags that are none
    ['B I O I', '[0,2) [3,4)'],
    ['B-a <padding> I-a X-a BI-a', 'a[0,1) a[2,3)'],
  ])('reads %s', (tags, expected) => {
    expect(spelled(tags)).toBe(expected);
  });
  it('ends the last chunk with the sentence, and takes an empty one', () => {
    expect(chunksOf(['O', 'B-city', 'I-city'])).toEqual([{ type: 'city', start: 1, end: 3 }]);
    expect(chunksOf([])).toEqual([]);
  });
});
