import { type NgramModel, parseArpa } from '@ostinato/data';
import { CtcDecoder, type WordLanguageModel } from '@ostinato/losses';
import { expect, expectTypeOf, it } from 'vitest';

const arpa = `\\data\\
ngram 1=6
ngram 2=4

\\1-grams:
-99 <s> -0.4
-1.0 </s>
-2.0 <unk>
-0.9 see -0.3
-1.2 sea -0.3
-1.0 the -0.2

\\2-grams:
-0.2 <s> the
-0.5 <s> see
-0.3 the sea
-0.4 see the

\\end\\
`;

it('an n-gram model of data is a language model for the decoder of losses', () => {
  expectTypeOf<NgramModel>().toExtend<WordLanguageModel<number>>();
  expectTypeOf<NgramModel>().toExtend<WordLanguageModel>();
});

it('the words before decide how a word is spelled', () => {
  const symbols = ['φ', ' ', 'a', 'e', 'h', 's', 't'];
  const languageModel = parseArpa(arpa);
  const decoder = new CtcDecoder({
    symbols,
    languageModel,
    languageModelWeight: 0.8,
    wordBonus: 0.3,
    nBest: 3,
  });
  // Each letter is clear but the one in '?', which is e or a.
  const say = (heard: string) => {
    const rows = [...heard].flatMap((letter) => [letter, 'φ']);
    const probabilities = rows.map((letter) =>
      symbols.map((symbol) =>
        symbol === letter ? 0.94 : letter === '?' && 'ea'.includes(symbol) ? 0.475 : 0.01,
      ),
    );
    return decoder.decode(Float32Array.from(probabilities.flat().map(Math.log)), rows.length);
  };
  const texts = ['the se?', 'se? the'].map((heard) => say(heard)[0]!.text);
  expect(texts).toEqual(['the sea', 'see the']);
  for (const { words, score, acousticScore, languageModelScore } of say('se?')) {
    expect(languageModelScore).toBeCloseTo(languageModel.logProbability(words), 10);
    expect(score).toBeCloseTo(acousticScore + 0.8 * languageModelScore + 0.3 * words.length, 10);
  }
});
