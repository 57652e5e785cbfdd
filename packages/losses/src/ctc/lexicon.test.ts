import { expect, it } from 'vitest';
import { HotWords } from './hot-words.js';
import { Lexicon } from './lexicon.js';

it('knows its words and their beginnings', () => {
  const lexicon = new Lexicon(['hat', 'hats', 'had', 'hat', 'ü']);
  expect(lexicon.size).toBe(4);
  for (const word of ['hat', 'hats', 'had', 'ü']) expect(lexicon.has(word)).toBe(true);
  for (const word of ['', 'h', 'ha', 'hatss', 'x']) expect(lexicon.has(word)).toBe(false);
  expect(lexicon.walk(lexicon.walk(0, 'ha'), 'ts')).toBe(lexicon.walk(0, 'hats'));
  expect(lexicon.walk(0, 'hx')).toBe(-1);
  expect(lexicon.walk(-1, 'h')).toBe(-1);
  expect(lexicon.nodes).toBe(1 + 'hats'.length + 'd'.length + 'ü'.length);
  expect([...lexicon.codeUnits()].map((unit) => String.fromCharCode(unit)).sort()).toEqual([...'adhstü']);
});

it('holds as many words as come', () => {
  const words = Array.from({ length: 5000 }, (_, index) => `word ${index * 7919}`);
  const lexicon = new Lexicon(words);
  expect(lexicon.size).toBe(5000);
  expect(words.every((word) => lexicon.has(word))).toBe(true);
  expect(lexicon.has('word 7918')).toBe(false);
});

it('refuses a word without letters', () => {
  expect(() => new Lexicon(['a', ''])).toThrow(/Lexicon: a word has no letters/);
});

it('hot words have their part of the bonus in advance, by the shortest that begins so', () => {
  const hot = new HotWords({ words: ['tai', 'taipei', 'to'], bonus: 6 });
  const advances = (word: string) =>
    Array.from(word, (_, index) => hot.advance(hot.walk(0, word.slice(0, index + 1))));
  expect(advances('taipei')).toEqual([3, 4, 6, 4, 5, 6]);
  expect(advances('tox')).toEqual([3, 6, 0]);
  expect(['tai', 'taip', 'taipei', 'x', ''].map((word) => hot.earned(hot.walk(0, word)))).toEqual([
    6, 0, 6, 0, 0,
  ]);
});
