import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { clock, count, counted, fileSize, percent } from './numbers.js';
import { type NumberRange, numberIn } from './options.js';

test('numbers as people read them', () => {
  expect(percent(0.95614)).toBe('95.61');
  expect(count(12345.6)).toBe('12,346');
  expect([counted(1, 'sentence'), counted(0, 'sentence')]).toEqual(['1 sentence', '0 sentences']);
  expect([7, 754, 3723, 59.6, -1].map(clock)).toEqual(['0:07', '12:34', '1:02:03', '1:00', '0:00']);
  expect([1, 999, 1500, 1_340_000].map(fileSize)).toEqual(['1 byte', '999 bytes', '1.5 kB', '1.3 MB']);
});

test.each<[string, NumberRange, number]>([
  ['12', { whole: true, from: 1 }, 12],
  ['1e-3', { above: 0 }, 0.001],
  ['0', { from: 0, below: 1 }, 0],
  ['4294967295', { whole: true, from: 0, to: 2 ** 32 - 1 }, 4294967295],
])('%s is in %o', (text, range, value) => {
  expect(numberIn(range)(text)).toBe(value);
});

test.each<[string, NumberRange]>([
  ['', {}],
  [' ', {}],
  ['1.5', { whole: true }],
  ['12abc', {}],
  ['Infinity', { above: 0 }],
  ['NaN', {}],
  ['0', { above: 0 }],
  ['1', { from: 0, below: 1 }],
  ['-1', { from: 0 }],
  ['4294967296', { to: 2 ** 32 - 1 }],
])('%j is not in %o', (text, range) => {
  expect(() => numberIn(range)(text)).toThrow(InvalidArgumentError);
});
