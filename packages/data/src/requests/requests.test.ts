import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.js';
import { fnv1a } from '../hash.js';
import type { LabelledText } from '../labelled-text.js';
import { heldOutPatterns, patterns } from './patterns.js';
import { heldOutPhrases, intents, phrases } from './phrases.js';
import { requests } from './requests.js';

const data = requests();
const all = [...data.train, ...data.dev, ...data.test];

/** Naive Bayes over words (add-one smoothing), which knows words but not their order. */
function bayes(train: readonly LabelledText[]): (text: string) => string {
  const byLabel = new Map<string, { texts: number; words: Map<string, number>; total: number }>();
  const vocabulary = new Set<string>();
  for (const { text, label } of train) {
    const counts = byLabel.get(label) ?? { texts: 0, words: new Map<string, number>(), total: 0 };
    byLabel.set(label, counts);
    counts.texts++;
    for (const word of text.split(' ')) {
      vocabulary.add(word);
      counts.words.set(word, (counts.words.get(word) ?? 0) + 1);
      counts.total++;
    }
  }
  return (text) => {
    const scores = [...byLabel].map(([label, { texts, words, total }]): [string, number] => [
      label,
      text
        .split(' ')
        .reduce(
          (score, word) => score + Math.log(((words.get(word) ?? 0) + 1) / (total + vocabulary.size)),
          Math.log(texts),
        ),
    ]);
    return scores.sort((a, b) => b[1] - a[1])[0]![0];
  };
}

describe('requests', () => {
  it('makes as many texts as asked for, all distinct', () => {
    expect([data.train.length, data.dev.length, data.test.length]).toEqual([2000, 300, 500]);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    expect(requests({ train: 5, dev: 0, test: 1 }).train).toHaveLength(5);
    expect(() => requests({ train: -1 })).toThrow(DataError);
    expect(() => requests({ test: 0.5 })).toThrow(/test must be a whole number from 0, got 0.5/);
  });

  it('gives the same texts for a seed, and others for another', () => {
    expect(fnv1a(JSON.stringify(data)).toString(16)).toBe('b1990675');
    expect(requests({ seed: 0 })).toEqual(data);
    expect(requests({ seed: 1 }).train[0]).not.toEqual(data.train[0]);
  });

  it('has words of lower case, and nine labels, each often', () => {
    const counts = new Map<string, number>();
    for (const { text, label } of data.train) {
      expect(text).toMatch(/^[a-z]+( [a-z]+)*$/);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...Object.keys(intents), 'nothing'].sort());
    expect(Math.min(...counts.values())).toBeGreaterThan(150);
  });

  it('keeps some patterns and names for the test part', () => {
    expect(heldOutPatterns.filter((pattern) => patterns.includes(pattern))).toEqual([]);
    const held = Object.entries(heldOutPhrases).flatMap(([name, values]) => {
      expect(values.filter((value) => phrases[name]!.includes(value))).toEqual([]);
      return [...values];
    });
    const has = ({ text }: LabelledText): boolean => held.some((value) => ` ${text} `.includes(` ${value} `));
    expect([...data.train, ...data.dev].filter(has)).toEqual([]);
    expect(data.test.filter(has).length / 500).toBeGreaterThan(0.15);
  });

  it('cannot be told by counting words: naive Bayes gets 61 % in dev, 51 % in test (README)', () => {
    const classify = bayes(data.train);
    const accuracy = (part: readonly LabelledText[]): number =>
      part.filter(({ text, label }) => classify(text) === label).length / part.length;
    expect(accuracy(data.dev)).toBeCloseTo(0.61, 2);
    expect(accuracy(data.test)).toBeCloseTo(0.51, 2);
  });
});
