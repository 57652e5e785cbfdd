import { expect, it } from 'vitest';
import { ctcLogProbabilities } from './log-probabilities.js';

it('is the logarithm of softmax, also of large logits', () => {
  const out = ctcLogProbabilities(Float32Array.of(1000, 1001, 0, Number.NEGATIVE_INFINITY), 2, 2);
  expect(out[0]).toBeCloseTo(-Math.log(1 + Math.E), 6);
  expect(out[1]).toBeCloseTo(-Math.log(1 + 1 / Math.E), 6);
  expect([...out.subarray(2)]).toEqual([0, Number.NEGATIVE_INFINITY]);
});

it('says what is no logit', () => {
  expect(() => ctcLogProbabilities(Float32Array.of(0, Number.NaN), 1, 2)).toThrow(
    /ctcLogProbabilities: frame 0, class 1 is NaN/,
  );
  expect(() => ctcLogProbabilities(new Float32Array(2).fill(Number.NEGATIVE_INFINITY), 1, 2)).toThrow(
    /all classes of frame 0 are -Infinity/,
  );
  expect(() => ctcLogProbabilities(new Float32Array(3), 1, 2)).toThrow(/3 numbers for \[1, 2\]/);
});
