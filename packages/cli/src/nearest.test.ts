import { expect, test } from 'vitest';
import { nearest } from './nearest.js';

const names = ['memory', 'order', 'power', 'surface', 'lstm'];

test.each([
  ['sufrace', 'surface'],
  ['Surface', 'surface'],
  ['powr', 'power'],
  ['oder', 'order'],
  ['memorys', 'memory'],
  ['lsmt', 'lstm'],
  ['memory', 'memory'],
])('%s: %s', (written, meant) => {
  expect(nearest(written, names)).toBe(meant);
});

test.each(['', 'x', 'banana', 'attention'])('%j: none', (written) => {
  expect(nearest(written, names)).toBeUndefined();
});
