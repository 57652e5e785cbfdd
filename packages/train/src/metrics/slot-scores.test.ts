import { readFileSync } from 'node:fs';
import { ShapeError } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { ratesOf } from './rates.js';
import { slotScores } from './slot-scores.js';

/** Tag sequences and what conlleval says about them; `fixtures/make-conlleval.mjs` makes them. */
const cases: { name: string; gold: string[]; predicted: string[]; output: string[] }[] = JSON.parse(
  readFileSync(new URL('fixtures/conlleval.json', import.meta.url), 'utf8'),
);
const split = (sentences: readonly string[]): string[][] => sentences.map((tags) => tags.split(' '));

describe('slotScores against conlleval', () => {
  it.each(cases)('$name', ({ gold, predicted, output }) => {
    const { overall, bySlot } = slotScores(split(gold), split(predicted));
    const percent = (rate: number): string => (100 * rate).toFixed(2).padStart(6);
    const rates = (of: typeof overall | (typeof bySlot)[string]): string =>
      `precision: ${percent(of.precision)}%; recall: ${percent(of.recall)}%; FB1: ${percent(of.f1)}`;
    // conlleval prints the chunks without type twice: it takes the empty name for "nothing printed yet".
    expect([
      `processed ${overall.tokens} tokens with ${overall.gold} phrases; found: ${overall.predicted} phrases; correct: ${overall.correct}.`,
      `accuracy: ${percent(overall.tokenAccuracy)}%; ${rates(overall)}`,
      ...Object.entries(bySlot).map(([type, of]) => `${type.padStart(17)}: ${rates(of)}  ${of.predicted}`),
    ]).toEqual([...new Set(output)]);
  });
  it('computes the rates of the published CoNLL-2000 example', () => {
    // https://www.clips.uantwerpen.be/conll2000/chunking/output.html
    const { precision, recall, f1 } = ratesOf({ gold: 459, predicted: 539, correct: 371 });
    expect([precision, recall, f1].map((rate) => (100 * rate).toFixed(2))).toEqual([
      '68.83',
      '80.83',
      '74.35',
    ]);
  });
});

describe('slotScores', () => {
  const gold = [
    ['O', 'B-city', 'I-city'],
    ['B-date', 'O', 'B-city'],
  ];
  it('is 1 for the reference itself', () => {
    const { overall, bySlot } = slotScores(gold, gold);
    expect(overall).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
      gold: 3,
      predicted: 3,
      correct: 3,
      tokens: 6,
      tokenAccuracy: 1,
    });
    expect(Object.keys(bySlot)).toEqual(['city', 'date']);
  });
  it('asks for words and type', () => {
    const { overall, bySlot } = slotScores(gold, [
      ['O', 'B-city', 'O'],
      ['B-city', 'O', 'B-city'],
    ]);
    expect(overall).toMatchObject({ gold: 3, predicted: 3, correct: 1, tokenAccuracy: 4 / 6 });
    expect(overall.f1).toBeCloseTo(1 / 3, 12);
    expect(bySlot.city).toMatchObject({ gold: 2, predicted: 3, correct: 1 });
    expect(bySlot.date).toEqual({ precision: 0, recall: 0, f1: 0, gold: 1, predicted: 0, correct: 0 });
  });
  it('is 0, not NaN, where nothing is found or nothing is there', () => {
    expect(slotScores([['O']], [['O']]).overall).toMatchObject({
      precision: 0,
      recall: 0,
      f1: 0,
      tokenAccuracy: 1,
    });
    expect(slotScores([], []).overall).toMatchObject({ f1: 0, tokenAccuracy: 0 });
  });
  it('keeps chunks within their sentence', () => {
    expect(slotScores([['B-a'], ['I-a']], [['B-a'], ['I-a']]).overall.gold).toBe(2);
  });
  it('takes any name for a type', () => {
    const tags = [['B-__proto__', 'B-constructor']];
    expect(Object.keys(slotScores(tags, tags).bySlot)).toEqual(['__proto__', 'constructor']);
  });
  it('names the sentence that does not fit', () => {
    expect(() => slotScores(gold, [])).toThrow(ShapeError);
    expect(() => slotScores(gold, [gold[0]!, ['O']])).toThrow(
      'slotScores: sentence 1 has 3 tags in the reference and 1 predicted',
    );
  });
});
