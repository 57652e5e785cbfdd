import { viterbi } from '@ostinato/losses';
import { describe, expect, it } from 'vitest';
import { allowedBy, bioRules, decode, neighbours } from './decode.js';

const tags = ['O', 'B-a', 'I-a', 'B-b', 'I-b'];

/** The best of all sequences that keep to the rules, by trying each. */
function exhaustive(scores: number[][], rules: ReturnType<typeof bioRules>): number[] {
  let best: { path: number[]; score: number } = { path: [], score: Number.NEGATIVE_INFINITY };
  const walk = (path: number[], score: number): void => {
    if (path.length === scores.length) {
      if (score > best.score) best = { path, score };
      return;
    }
    for (let tag = 0; tag < tags.length; tag++) {
      const previous = path.at(-1);
      const fits = previous === undefined ? rules.mayBegin[tag]! : (rules.before[tag]?.has(previous) ?? true);
      if (fits) walk([...path, tag], score + scores[path.length]![tag]!);
    }
  };
  walk([], 0);
  return best.path;
}

describe('decode', () => {
  it('finds the best of all allowed sequences', () => {
    const rules = bioRules(tags, new Set());
    for (let trial = 0; trial < 50; trial++) {
      const scores = Array.from({ length: 5 }, (_, t) =>
        tags.map((_, k) => Math.sin(1 + 7 * trial + 3 * t + 11 * k * (trial + 1))),
      );
      expect(decode(scores.flat(), 5, rules)).toEqual(exhaustive(scores, rules));
    }
  });
  it('takes the best tag of each word where rules allow it', () => {
    const rules = bioRules(tags, new Set());
    expect(decode([0, 1, 0, 0, 0, 0, 0, 1, 0, 0], 2, rules)).toEqual([1, 2]);
    expect(decode([1, 0, 0, 0, 0, 0, 0, 1.5, 0, 0], 2, rules)).toEqual([1, 2]);
    expect(decode([], 0, rules)).toEqual([]);
  });
  it('finds what viterbi finds under the same rules without transitions', () => {
    const rules = bioRules(tags, neighbours([{ tags: ['I-a', 'O', 'I-b'] }]));
    const nothing = {
      transitions: new Float32Array(25),
      start: new Float32Array(5),
      end: new Float32Array(5),
    };
    for (let trial = 0; trial < 50; trial++) {
      const emissions = Array.from({ length: 30 }, (_, at) => Math.sin(1 + 7 * trial + 11 * at));
      expect([...viterbi({ emissions, ...nothing }, allowedBy(rules)).tags]).toEqual(
        decode(emissions, 6, rules),
      );
    }
  });
  it('allows what the training data shows', () => {
    const seen = neighbours([{ tags: ['I-a', 'O', 'I-b'] }]);
    const rules = bioRules(tags, seen);
    expect(rules.mayBegin).toEqual([true, true, true, true, false]);
    expect([...rules.before[4]!]).toEqual([0, 3, 4]);
  });
});
