import { expect, test } from 'vitest';
import { differenceOf, fingerprintDifference, fingerprintOf } from './comparison.js';

const array = (...values: number[]) => Float32Array.from(values);

test('numbers within the tolerance of the largest are equal', () => {
  expect(differenceOf({ output: array(10, 0) }, { output: array(10.001, 0.001) })).toBeUndefined();
});

test('says which number is not', () => {
  expect(differenceOf({ output: array(1, 2, 3) }, { output: array(1, 2.1, 3) })).toBe(
    'output[1] is 2.10000, expected 2.00000',
  );
});

test('what is missing, too short or not a number is different', () => {
  expect(differenceOf({ bias: array(1) }, {})).toBe('bias is missing');
  expect(differenceOf({ bias: array(1, 2) }, { bias: array(1) })).toBe('bias has 1 numbers, expected 2');
  expect(differenceOf({ bias: array(1) }, { bias: array(Number.NaN) })).toContain('bias[0] is NaN');
});

test('a fingerprint sees numbers that change, and numbers that change places', () => {
  const values = Float32Array.from({ length: 100 }, (_, index) => Math.sin(index));
  const swapped = values.slice().reverse();
  const [own, other] = [fingerprintOf(values), fingerprintOf(swapped)];
  expect(own.norm).toBeCloseTo(other.norm, 4);
  expect(fingerprintDifference({ output: own }, { output: own })).toBeUndefined();
  expect(fingerprintDifference({ output: own }, { output: other })).toContain('output');
  expect(fingerprintDifference({ output: own }, {})).toContain('missing');
});
