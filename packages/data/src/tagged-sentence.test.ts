import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { checkTag, spansOf } from './tagged-sentence.js';

describe('checkTag', () => {
  it.each(['O', 'B-city', 'I-city', 'B-fromloc.city_name', 'B-目的地'])('takes %s', (tag) => {
    expect(() => checkTag(tag)).not.toThrow();
  });

  it.each(['B', 'I-', 'B-', 'o', 'city', '', 'X-city', 'Bcity'])('refuses %j', (tag) => {
    expect(() => checkTag(tag, { file: 'a', line: 2 })).toThrow(DataError);
    expect(() => checkTag(tag, { file: 'a', line: 2 })).toThrow(
      /^a:2: '.*' is not a BIO tag; write O, B-type or I-type/,
    );
  });
});

describe('spansOf', () => {
  it('reads slots as conlleval does', () => {
    const tags = ['I-a', 'I-a', 'I-b', 'O', 'B-b', 'B-b', 'I-b', 'I-a', 'O', 'I-a'];
    expect(spansOf(tags)).toEqual([
      { type: 'a', start: 0, end: 2 },
      { type: 'b', start: 2, end: 3 },
      { type: 'b', start: 4, end: 5 },
      { type: 'b', start: 5, end: 7 },
      { type: 'a', start: 7, end: 8 },
      { type: 'a', start: 9, end: 10 },
    ]);
    expect(spansOf([])).toEqual([]);
  });
});
