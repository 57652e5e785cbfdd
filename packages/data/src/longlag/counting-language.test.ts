import { expect, it } from 'vitest';
import { countingStrings } from './counting-language.js';

/** A string step by step, with what may follow. */
function told(language: 'ab' | 'abc', n: number): string[] {
  const { data, next, alphabet, lengths } = countingStrings(language, [n]);
  return Array.from({ length: lengths[0]! }, (_, step) => {
    const row = [...next.subarray(step * alphabet.length, (step + 1) * alphabet.length)];
    return `${alphabet[data[step]!]}>${row.flatMap((may, symbol) => (may === 1 ? [alphabet[symbol]] : [])).join('')}`;
  });
}

it('says of a^n b^n what may follow: two choices while there are a, then none', () => {
  expect(told('ab', 1)).toEqual(['S>a', 'a>ab', 'b>T']);
  expect(told('ab', 3)).toEqual(['S>a', 'a>ab', 'a>ab', 'a>ab', 'b>b', 'b>b', 'b>T']);
});

it('counts a second time in a^n b^n c^n', () => {
  expect(told('abc', 2)).toEqual(['S>a', 'a>ab', 'a>ab', 'b>b', 'b>c', 'c>c', 'c>T']);
});

it('lays strings side by side', () => {
  const { shape, lengths, data, next } = countingStrings('ab', [2, 1]);
  expect(shape).toEqual([2, 5]);
  expect([...lengths]).toEqual([5, 3]);
  expect([...data]).toEqual([0, 1, 1, 2, 2, 0, 1, 2, 0, 0]);
  expect([...next.subarray(5 * 4 + 3 * 4)]).toEqual(new Array(8).fill(0));
});

it('has a baseline of 1: who does not count predicts no string rightly', () => {
  // After a b comes b in one string and T in another, so no answer that looks at the last symbol alone fits both.
  expect(told('ab', 2)[3]).toBe('b>b');
  expect(told('ab', 1)[2]).toBe('b>T');
});

it('refuses what is no count', () => {
  expect(() => countingStrings('ab', [])).toThrow('countingStrings: there is no n; give at least one');
  expect(() => countingStrings('ab', [3, 0])).toThrow(
    'countingStrings: n must be a whole number from 1, got 0',
  );
});
