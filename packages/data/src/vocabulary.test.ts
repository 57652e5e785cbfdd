import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { Random } from './random.js';
import { OTHER, PADDING, Vocabulary } from './vocabulary.js';

const sentences = [
  ['i', 'fly', 'to', 'rome'],
  ['i', 'go', 'to', 'oslo'],
  ['to', 'rome'],
];

describe('Vocabulary.build', () => {
  it('numbers padding, OTHER, then words by count and first occurrence', () => {
    const words = Vocabulary.build(sentences);
    expect([...words]).toEqual([PADDING, OTHER, 'to', 'i', 'rome', 'fly', 'go', 'oslo']);
    expect(words.size).toBe(8);
    expect([words.paddingIndex, words.otherIndex]).toEqual([0, 1]);
  });

  it('takes lists of tokens and plain tokens alike, from any iterable', () => {
    const flat = Vocabulary.build(sentences.flat());
    const lazy = Vocabulary.build(new Set([sentences.flat()]));
    expect(flat.toJSON()).toEqual(Vocabulary.build(sentences).toJSON());
    expect(lazy.toJSON()).toEqual(flat.toJSON());
  });

  it('leaves out rare tokens, which become OTHER (L2)', () => {
    const words = Vocabulary.build(sentences, { minCount: 2 });
    expect([...words]).toEqual([PADDING, OTHER, 'to', 'i', 'rome']);
    expect(words.indexOf('oslo')).toBe(1);
    expect(words.count(OTHER)).toBe(3); // fly, go, oslo
    expect([words.count('to'), words.count('oslo'), words.count(PADDING)]).toEqual([3, 0, 0]);
  });

  it('refuses a minCount that no count can be compared with', () => {
    for (const minCount of [Number.NaN, -1]) {
      expect(() => Vocabulary.build(sentences, { minCount })).toThrow(
        `vocabulary: minCount must be a number from 0, got ${minCount}`,
      );
    }
  });

  it('keeps to maxSize, reserved entries included', () => {
    expect([...Vocabulary.build(sentences, { maxSize: 4 })]).toEqual([PADDING, OTHER, 'to', 'i']);
    expect([...Vocabulary.build(sentences, { maxSize: 2 })]).toEqual([PADDING, OTHER]);
    expect(() => Vocabulary.build(sentences, { maxSize: 1 })).toThrow(
      /maxSize 1 leaves no room for <pad> and <other>/,
    );
  });

  it('can do without padding and OTHER, as for labels', () => {
    const tags = Vocabulary.build([['O', 'B-city', 'O']], { padding: false, other: false });
    expect([...tags]).toEqual(['O', 'B-city']);
    expect(tags.paddingIndex).toBeUndefined();
    expect(() => tags.indexOf('B-date')).toThrow(DataError);
    expect(() => tags.indexOf('B-date')).toThrow(/'B-date' is not among its 2 entries/);
    const noPadding = Vocabulary.build(['a'], { padding: false });
    expect(noPadding.indexOf('b')).toBe(0);
  });

  it('treats reserved tokens in the text as the reserved entries', () => {
    const words = Vocabulary.build([['a', OTHER, PADDING, 'a']]);
    expect([...words]).toEqual([PADDING, OTHER, 'a']);
    expect(words.indexOf(OTHER)).toBe(1);
    expect(words.count(OTHER)).toBe(1);
  });

  it('is not confused by names of object properties', () => {
    const words = Vocabulary.build([['constructor', '__proto__']]);
    expect(words.decode(words.encode(['__proto__', 'toString', 'constructor']))).toEqual([
      '__proto__',
      OTHER,
      'constructor',
    ]);
  });
});

describe('Vocabulary', () => {
  const words = Vocabulary.build(sentences);

  it('brings every known token back and every unknown one as OTHER', () => {
    const random = new Random(1);
    const known = [...words].slice(2);
    for (let round = 0; round < 100; round++) {
      const tokens = Array.from({ length: random.integer(10) }, () => random.choice([...known, 'x', 'y']));
      const expected = tokens.map((token) => (known.includes(token) ? token : OTHER));
      expect(words.decode(words.encode(tokens))).toEqual(expected);
    }
    expect(words.encode([])).toEqual(new Int32Array(0));
  });

  it('knows what it has', () => {
    expect([words.has('rome'), words.has('paris'), words.has(OTHER)]).toEqual([true, false, true]);
    expect(words.tokenOf(4)).toBe('rome');
    for (const index of [-1, 8, 1.5, Number.NaN]) {
      expect(() => words.tokenOf(index)).toThrow(/indices are whole numbers from 0 to 7/);
    }
  });

  it('encodes 1-of-N (L2)', () => {
    const vector = words.oneHot(words.indexOf('rome'));
    expect([...vector]).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
    expect([...words.oneHot(words.indexOf('paris'))]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
    expect(() => words.oneHot(8)).toThrow(DataError);
  });

  it('survives JSON', () => {
    const copy = Vocabulary.fromJSON(JSON.parse(JSON.stringify(words)));
    expect(copy.toJSON()).toEqual(words.toJSON());
    expect(copy.encode(['rome', 'paris'])).toEqual(words.encode(['rome', 'paris']));
    expect(copy.count('to')).toBe(3);
  });

  it.each([
    ['not an object', null, /expected an object, got null/],
    ['no flags', { tokens: [], counts: [] }, /"padding" and "other" must be true or false/],
    ['no tokens', { padding: true, other: true, counts: [] }, /"tokens" must be an array of strings/],
    ['a number as token', { padding: false, other: false, tokens: [1], counts: [1] }, /array of strings/],
    ['a bad count', { padding: false, other: false, tokens: ['a'], counts: [-1] }, /whole numbers from 0/],
    ['too few counts', { padding: false, other: false, tokens: ['a'], counts: [] }, /1 tokens but 0 counts/],
    [
      'no padding entry',
      { padding: true, other: true, tokens: ['a'], counts: [1] },
      /entry 0 must be '<pad>'/,
    ],
    [
      'a token twice',
      { padding: false, other: false, tokens: ['a', 'a'], counts: [1, 1] },
      /'a' occurs twice/,
    ],
  ])('refuses JSON with %s', (_, value, message) => {
    expect(() => Vocabulary.fromJSON(value)).toThrow(message);
    expect(() => Vocabulary.fromJSON(value)).toThrow(DataError);
  });
});
