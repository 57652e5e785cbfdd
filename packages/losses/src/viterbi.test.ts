import { OstinatoError, ShapeError } from '@ostinato/kernel';
import { describe, expect, it } from 'vitest';
import { enumerate, type PlainChain } from './enumeration.fixture.js';
import { type AllowedTags, viterbi } from './viterbi.js';

let state = 17;
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

function flat({ emissions, transitions, start, end }: PlainChain) {
  return { emissions: emissions[0]!.flat(), transitions: transitions.flat(), start, end };
}

function randomChain(steps: number, count: number, score = () => 4 * draw() - 2): PlainChain {
  return {
    emissions: [list(steps, () => list(count, score))],
    transitions: list(count, () => list(count, score)),
    start: list(count, score),
    end: list(count, score),
  };
}

describe('viterbi', () => {
  it('finds the best of all sequences', () => {
    for (let trial = 0; trial < 300; trial++) {
      const chain = randomChain(1 + Math.floor(5 * draw()), 1 + Math.floor(4 * draw()));
      const { all } = enumerate(chain, 0);
      const best = all.reduce((a, b) => (b.score > a.score ? b : a));
      const found = viterbi(flat(chain));
      expect([...found.tags]).toEqual(best.tags);
      expect(found.score).toBeCloseTo(best.score, 9);
    }
  });

  it('finds the best of those that are allowed, or says that there is none', () => {
    let none = 0;
    for (let trial = 0; trial < 300; trial++) {
      const [steps, count] = [1 + Math.floor(4 * draw()), 1 + Math.floor(3 * draw())];
      const chain = randomChain(steps, count);
      const mask = (size: number): boolean[] => list(size, () => draw() < 0.6);
      const allowed = { transitions: mask(count * count), start: mask(count), end: mask(count) };
      const fits = ({ tags }: { tags: number[] }): boolean =>
        allowed.start[tags[0]!]! &&
        allowed.end[tags.at(-1)!]! &&
        tags.slice(1).every((tag, step) => allowed.transitions[tags[step]! * count + tag]);
      const all = enumerate(chain, 0).all.filter(fits);
      if (all.length === 0) {
        none++;
        expect(() => viterbi(flat(chain), allowed)).toThrow(OstinatoError);
        expect(() => viterbi(flat(chain), allowed)).toThrow(/no sequence of \d tags is allowed/);
      } else {
        const best = all.reduce((a, b) => (b.score > a.score ? b : a));
        expect([...viterbi(flat(chain), allowed).tags]).toEqual(best.tags);
      }
    }
    expect(none).toBeGreaterThan(5);
  });

  it('takes the lowest of equally good tags', () => {
    const chain = randomChain(4, 3, () => 0);
    expect(viterbi(flat(chain))).toEqual({ tags: new Int32Array(4), score: 0 });
  });

  it('gives an empty path for no steps', () => {
    const found = viterbi({ emissions: [], transitions: [0], start: [1], end: [1] });
    expect(found).toEqual({ tags: new Int32Array(0), score: 0 });
  });

  it.each<[string, number, AllowedTags, RegExp]>([
    ['emissions', 5, {}, /5 emissions do not make steps of 2 tags/],
    ['allowed starts', 4, { start: [1] }, /allowed.start has 1 numbers, expected 2 for 2 tags/],
    ['allowed transitions', 4, { transitions: [1, 0] }, /allowed.transitions has 2 numbers, expected 4/],
  ])('refuses %s of another size', (_, emissions, allowed, message) => {
    const scores = {
      emissions: new Float32Array(emissions),
      transitions: [0, 0, 0, 0],
      start: [0, 0],
      end: [0, 0],
    };
    expect(() => viterbi(scores, allowed)).toThrow(ShapeError);
    expect(() => viterbi(scores, allowed)).toThrow(message);
  });
});
