import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { fnv1a } from './hash.js';
import { letterNgrams, letterTrigrams, TrigramHasher } from './trigrams.js';

describe('letterTrigrams', () => {
  it('cuts a word between boundary marks (L2)', () => {
    expect(letterTrigrams('hello')).toEqual(['#he', 'hel', 'ell', 'llo', 'lo#']);
    expect(letterTrigrams('to')).toEqual(['#to', 'to#']);
  });

  it('gives at least one piece', () => {
    expect(letterTrigrams('i')).toEqual(['#i#']);
    expect(letterTrigrams('')).toEqual(['##']);
    expect(letterNgrams('to', 5)).toEqual(['#to#']);
  });

  it('counts code points, not code units', () => {
    expect(letterTrigrams('台\u{20bb7}')).toEqual(['#台\u{20bb7}', '台\u{20bb7}#']);
  });
});

describe('TrigramHasher', () => {
  const hasher = new TrigramHasher({ buckets: 500 });

  it('hashes with FNV-1a, 0 reserved for padding', () => {
    expect([...hasher.encode('to')]).toEqual([(fnv1a('#to') % 500) + 1, (fnv1a('to#') % 500) + 1]);
    expect([...new TrigramHasher({ buckets: 1 }).encode('hello')]).toEqual([1, 1, 1, 1, 1]);
    expect(hasher.size).toBe(501);
  });

  it('gives ids that never change, for saved models', () => {
    expect([...hasher.encode('taipei')]).toEqual([234, 386, 22, 88, 382, 277]);
  });

  it('lowers words unless told not to', () => {
    expect(hasher.encode('Taipei')).toEqual(hasher.encode('taipei'));
    const exact = new TrigramHasher({ buckets: 500, lowerCase: false });
    expect(exact.encode('Taipei')).not.toEqual(exact.encode('taipei'));
  });

  it('counts n-grams in a vector', () => {
    const vector = hasher.vector('banana'); // #ba ban ana nan ana na#
    expect(vector.length).toBe(500);
    expect(vector.reduce((sum, value) => sum + value, 0)).toBe(6);
    expect(vector[fnv1a('ana') % 500]).toBe(2);
  });

  it('lays a batch out for an embedding bag', () => {
    const { ids, mask, counts, shape, width } = hasher.encodeBatch([['to', 'rome'], ['i'], []]);
    expect(shape).toEqual([3, 2, 4]);
    expect(width).toBe(4);
    expect([...counts]).toEqual([2, 4, 1, 0, 0, 0]);
    expect([...ids.subarray(0, 8)]).toEqual([...hasher.encode('to'), 0, 0, ...hasher.encode('rome')]);
    expect([...ids.subarray(8, 12)]).toEqual([...hasher.encode('i'), 0, 0, 0]);
    expect([...mask]).toEqual([...ids].map((id) => (id > 0 ? 1 : 0)));
    expect(ids.length).toBe(24);
  });

  it('keeps to a length asked for', () => {
    expect(hasher.encodeBatch([['a']], { length: 3 }).shape).toEqual([1, 3, 1]);
    expect(() => hasher.encodeBatch([['a', 'b']], { length: 1 })).toThrow(
      /sentence of 2 words does not fit in length 1/,
    );
    expect(hasher.encodeBatch([]).shape).toEqual([0, 0, 0]);
  });

  it('refuses odd options', () => {
    expect(() => new TrigramHasher({ buckets: 0 })).toThrow(DataError);
    expect(() => new TrigramHasher({ buckets: 10, n: 0.5 })).toThrow(
      /n must be a whole number from 1, got 0.5/,
    );
  });
});
