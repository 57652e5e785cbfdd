import { describe, expect, it } from 'vitest';
import { editsBetween } from './edit-distance.js';
import { characterErrorRate, errorRate, wordErrorRate } from './error-rate.js';

/** The fewest edits, by trying all of them. */
function fewest(reference: string, found: string): number {
  if (reference === '' || found === '') return reference.length + found.length;
  const [a, b] = [reference.slice(1), found.slice(1)];
  if (reference[0] === found[0]) return fewest(a, b);
  return 1 + Math.min(fewest(a, b), fewest(a, found), fewest(reference, b));
}

function* texts(length: number): Generator<string> {
  if (length === 0) yield '';
  else for (const start of texts(length - 1)) for (const letter of 'ab') yield start + letter;
}

describe('editsBetween', () => {
  it('finds the fewest edits, whose kinds explain the lengths', () => {
    const all = [0, 1, 2, 3, 4].flatMap((length) => [...texts(length)]);
    for (const reference of all) {
      for (const found of all) {
        const { substitutions, insertions, deletions } = editsBetween(reference, found);
        expect(substitutions + insertions + deletions).toBe(fewest(reference, found));
        expect(insertions - deletions).toBe(found.length - reference.length);
      }
    }
  });

  it.each([
    ['kitten', 'sitting', { substitutions: 2, insertions: 1, deletions: 0 }],
    ['sitting', 'kitten', { substitutions: 2, insertions: 0, deletions: 1 }],
    ['abc', 'ac', { substitutions: 0, insertions: 0, deletions: 1 }],
    ['', 'ab', { substitutions: 0, insertions: 2, deletions: 0 }],
  ])('%s to %s', (reference, found, edits) => {
    expect(editsBetween(reference, found)).toEqual(edits);
  });
});

describe('error rates', () => {
  it('add edits and lengths of all texts, not rates', () => {
    const report = wordErrorRate(['one two three', 'four'], ['one  three ', 'five four']);
    expect(report).toEqual({ rate: 2 / 4, substitutions: 0, insertions: 1, deletions: 1, length: 4 });
  });

  it('may pass 1', () => {
    expect(wordErrorRate(['one'], ['two two two']).rate).toBe(3);
  });

  it('count characters, and blanks between words once', () => {
    expect(characterErrorRate(['ab  cd'], [' ab cd']).rate).toBe(0);
    expect(characterErrorRate(['ab cd'], ['abcd'])).toMatchObject({ deletions: 1, length: 5 });
    expect(characterErrorRate(['😀a'], ['😀b'])).toMatchObject({ substitutions: 1, length: 2 });
  });

  it('do not count different ways to write the same letter', () => {
    expect(wordErrorRate(['a\u0308'], ['\u00e4']).rate).toBe(0);
    expect(characterErrorRate(['a\u0308'], ['\u00e4'])).toMatchObject({ rate: 0, length: 1 });
  });

  it('of nothing are 0, or infinite where something was found', () => {
    expect(wordErrorRate([''], ['']).rate).toBe(0);
    expect(wordErrorRate([''], ['one']).rate).toBe(Number.POSITIVE_INFINITY);
  });

  it('need one answer for each reference', () => {
    expect(() => errorRate([[1]], [])).toThrow(/1 references and 0 recognised/);
  });
});
