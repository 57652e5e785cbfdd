import { expect, it } from 'vitest';
import { CtcDecoder } from './beam-search.js';
import type { CtcDecoderOptions } from './decoder-options.js';
import { Lexicon } from './lexicon.js';

const symbols = ['φ', 'a', 'b', ' '];
const languageModel = { start: 0, score: () => ({ logProbability: -1, state: 0 }), end: () => -1 };

it.each<[Partial<CtcDecoderOptions>, RegExp]>([
  [{ blank: 4 }, /CtcDecoder: the blank is 4, expected a class from 0 to 3/],
  [
    { symbols: ['φ', 'a', 'b', 'a'] },
    /the symbol of class 3 is 'a', as that of class 1; give each class but the blank \(0\)/,
  ],
  [{ symbols: ['φ', '', 'b'] }, /the symbol of class 1 is empty/],
  [{ symbols: [] }, /the blank is 0/],
  [{ beamWidth: 0 }, /beamWidth must be a whole number from 1, got 0/],
  [{ topK: 1.5 }, /topK must be a whole number from 1, got 1.5/],
  [{ nBest: Number.NaN }, /nBest must be a whole number from 1, got NaN/],
  [{ minLogProbability: 0.1 }, /minLogProbability must be a logarithm of a probability, at most 0, got 0.1/],
  [{ blankSkip: 99 }, /blankSkip must be a probability above 0, got 99/],
  [{ languageModelWeight: -1 }, /languageModelWeight must be a number from 0, got -1/],
  [{ wordBonus: Number.NaN }, /wordBonus must be a number, got NaN/],
  [
    { hotWords: { words: ['a'], bonus: Number.POSITIVE_INFINITY } },
    /bonus of hot words must be a number, got Infinity/,
  ],
  [{ separator: '|' }, /the separator '\|' is none of the symbols; .* or null where each symbol is a word/],
  [{ symbols: ['φ', 'a'], languageModel }, /a language model needs words; give the separator/],
  [{ lexicon: [] }, /the lexicon has no words/],
  [{ lexicon: ['ab', 'aé'] }, /the lexicon has 'é', with which no symbol within words is written/],
  [{ lexicon: ['a b'] }, /the lexicon has ' ', with which/],
  [{ hotWords: { words: ['ax'], bonus: 1 } }, /the hot words have 'x'/],
  [
    { lexicon: ['ab'], hotWords: { words: ['ba'], bonus: 1 } },
    /the hot word 'ba' is not in the lexicon; add it there/,
  ],
])('%j', (options, message) => {
  expect(() => new CtcDecoder({ symbols, ...options })).toThrow(message);
});

it('sizes, numbers and language models that do not fit', () => {
  const decoder = new CtcDecoder({ symbols });
  expect(() => decoder.decode(new Float32Array(9), 3)).toThrow(
    /CtcDecoder: 9 numbers for \[3, 4\], \[frames, classes\], expected 12/,
  );
  expect(() => decoder.decode(new Float32Array(4).fill(0.25), 1)).toThrow(
    /frame 0, class 0 is 0.25.*normalize: true/,
  );
  expect(() => decoder.stream().push(new Float32Array(3), 1)).toThrow(/3 numbers for \[1, 4\]/);
  expect(() => decoder.decode(new Float32Array(4), 1, { nBest: 0 })).toThrow(/nBest must be/);
  const wrong = new CtcDecoder({ symbols, languageModel: { ...languageModel, end: () => Number.NaN } });
  expect(() => wrong.decode(new Float32Array(4).fill(-1), 1)).toThrow(
    /the language model's score of the end is NaN, expected the natural logarithm/,
  );
  const above = { ...languageModel, score: () => ({ logProbability: 0.5, state: 0 }) };
  expect(() =>
    new CtcDecoder({ symbols, languageModel: above }).decode(new Float32Array(4).fill(-1), 1),
  ).toThrow(/the language model's score of '[ab]' is 0.5/);
});

it('a lexicon serves several decoders', () => {
  const lexicon = new Lexicon(['ab']);
  for (const beamWidth of [1, 10]) {
    const [best] = new CtcDecoder({ symbols, lexicon, beamWidth }).decode(
      Float32Array.from([0.1, 0.7, 0.1, 0.1, 0.1, 0.1, 0.7, 0.1].map(Math.log)),
      2,
    );
    expect(best!.text).toBe('ab');
  }
});
