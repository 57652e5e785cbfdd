import { describe, expect, it } from 'vitest';
import { ReferenceBackend } from '../reference.js';
import { type View, viewOf } from '../view.js';
import { linearChain, linearChainGrad } from './linear-chain.js';

/** Every sequence of `steps` tags below `tags`. */
function* sequences(steps: number, tags: number): Generator<number[]> {
  if (steps === 0) yield [];
  else for (const before of sequences(steps - 1, tags)) for (let y = 0; y < tags; y++) yield [...before, y];
}

let state = 3;
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.fround((state / 2 ** 31 - 1) * 3);
};

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** The log partition of a batch and the expected numbers of tags and pairs, by trying every sequence. */
function enumerated(
  { T, B, K, lengths }: { T: number; B: number; K: number; lengths: number[] },
  { emissions, transitions, start, end, gradient }: Record<string, number[]>,
) {
  const result = {
    logPartition: zeros(B),
    dEmissions: zeros(T * B * K),
    dTransitions: zeros(K * K),
    dStart: zeros(K),
    dEnd: zeros(K),
  };
  for (const [row, length] of lengths.entries()) {
    const at = (step: number, tag: number): number => (step * B + row) * K + tag;
    const all = [...sequences(length, K)].map((tags) => {
      let score = 0;
      for (const [step, tag] of tags.entries()) {
        score += emissions![at(step, tag)]!;
        if (step > 0) score += transitions![tags[step - 1]! * K + tag]!;
      }
      if (length > 0) score += start![tags[0]!]! + end![tags.at(-1)!]!;
      return { tags, score };
    });
    const partition = all.reduce((sum, { score }) => sum + Math.exp(score), 0);
    result.logPartition[row] = Math.log(partition);
    for (const { tags, score } of all) {
      const share = (gradient![row]! * Math.exp(score)) / partition;
      if (length === 0) continue;
      for (const [step, tag] of tags.entries()) {
        result.dEmissions[at(step, tag)]! += share;
        if (step > 0) result.dTransitions[tags[step - 1]! * K + tag]! += share;
      }
      result.dStart[tags[0]!]! += share;
      result.dEnd[tags.at(-1)!]! += share;
    }
  }
  return result;
}

const cases = [
  { T: 1, B: 1, K: 1, lengths: [1] },
  { T: 1, B: 2, K: 3, lengths: [1, 0] },
  { T: 4, B: 3, K: 3, lengths: [4, 1, 2] },
  { T: 4, B: 4, K: 1, lengths: [4, 3, 0, 1] },
  { T: 5, B: 4, K: 2, lengths: [3, 5, 0, 4] },
  { T: 0, B: 2, K: 2, lengths: [0, 0] },
];

describe('a linear chain is what trying every sequence gives', () => {
  it.each(cases)('T=$T B=$B K=$K, lengths $lengths', (size) => {
    const { T, B, K, lengths } = size;
    const backend = new ReferenceBackend();
    const numbers = {
      emissions: Array.from({ length: T * B * K }, draw),
      transitions: Array.from({ length: K * K }, draw),
      start: Array.from({ length: K }, draw),
      end: Array.from({ length: K }, draw),
      gradient: Array.from({ length: B }, draw),
    };
    const expected = enumerated(size, numbers);
    // Nobody may look at what lies past a row's length.
    const padded = numbers.emissions.map((value, index) =>
      Math.floor(index / (B * K)) < lengths[Math.floor(index / K) % B]! ? value : Number.NaN,
    );
    const place = (values: readonly number[], shape: readonly number[]): View => {
      const storage = backend.alloc(values.length * 4);
      backend.write(storage, Float32Array.from(values));
      return viewOf(storage, shape);
    };
    const blank = (...shape: number[]): View => place(zeros(shape.reduce((a, b) => a * b, 1)).fill(7), shape);
    const ends = backend.alloc(B * 4);
    backend.write(ends, Int32Array.from(lengths));
    const chain = {
      emissions: place(padded, [T, B, K]),
      transitions: place(numbers.transitions, [K, K]),
      start: place(numbers.start, [K]),
      end: place(numbers.end, [K]),
      lengths: viewOf(ends, [B], 'i32'),
      forward: blank(T, B, K),
    };
    const gradient = place(numbers.gradient, [B]);
    const outs = {
      logPartition: blank(B),
      dEmissions: blank(T, B, K),
      dTransitions: blank(K, K),
      dStart: blank(K),
      dEnd: blank(K),
    };
    const before = backend.memory().liveStorages;
    linearChain(backend, { ...chain, logPartition: outs.logPartition });
    linearChainGrad(backend, { ...chain, gradient, ...outs });
    expect(backend.memory().liveStorages).toBe(before);
    for (const [name, view] of Object.entries(outs)) {
      const values = [...backend.values(view)];
      const wanted = expected[name as keyof typeof expected];
      expect(values, name).toEqual(wanted.map((value) => expect.closeTo(value, 9)));
    }
  });
});
