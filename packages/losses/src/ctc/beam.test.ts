import { expect, it } from 'vitest';
import { Beam } from './beam.js';
import { type CtcDecoderOptions, decoderSetup } from './decoder-options.js';
import { bestHypotheses } from './hypotheses.js';
import { randomLogProbabilities, seeded } from './testing.js';
import { WordScorer } from './word-scorer.js';

it('forgets prefixes that no beam begins with, which changes no result', () => {
  const options: CtcDecoderOptions = {
    symbols: ['φ', 'a', ' ', 'b', 'c'],
    beamWidth: 10,
    nBest: 10,
    lexicon: ['a', 'ab', 'ba', 'abba', 'cab', 'c'],
    hotWords: { words: ['cab'], bonus: 1 },
    languageModel: {
      start: 0,
      score: (state, word) => ({ logProbability: -word.length, state: (state as number) + 1 }),
      end: (state) => -(state as number) / 10,
    },
  };
  const setup = decoderSetup(options);
  const scorer = new WordScorer(setup);
  const numbers = randomLogProbabilities(400, 5, seeded(13), 5);
  const [forgetful, other] = [new Beam(setup, scorer, 50), new Beam(setup, scorer)];
  let most = 0;
  for (let frame = 0; frame < 400; frame++) {
    forgetful.step(numbers, 5 * frame);
    other.step(numbers, 5 * frame);
    most = Math.max(most, forgetful.prefixes.count);
  }
  const expected = bestHypotheses(setup, scorer, other, 10);
  expect(expected.length).toBeGreaterThan(3);
  expect(expected[0]!.words.length).toBeGreaterThan(20);
  expect(bestHypotheses(setup, scorer, forgetful, 10)).toEqual(expected);
  expect(other.prefixes.count).toBeGreaterThan(2000);
  expect(most).toBeLessThan(1000);
});

it('makes no prefixes that its candidates do not need', () => {
  const setup = decoderSetup({ symbols: ['φ', 'a', 'b', 'c', 'd'], beamWidth: 10 });
  const beam = new Beam(setup, new WordScorer(setup));
  const numbers = randomLogProbabilities(100, 5, seeded(14));
  for (let frame = 0; frame < 100; frame++) beam.step(numbers, 5 * frame);
  expect(beam.count).toBe(10);
  expect(beam.prefixes.count).toBeLessThanOrEqual(1 + 10 * 100);
});
