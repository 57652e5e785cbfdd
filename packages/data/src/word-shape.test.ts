import { expect, it } from 'vitest';
import { wordShape } from './word-shape.js';

it.each([
  ['dl1055', 'a0'],
  ['10:30', '0:0'],
  ['November', 'Aa'],
  ["o'clock", "a'a"],
  ['2nd', '0a'],
  ['...', '.'],
  ['e\u0301te', 'a'],
  ['台北', 'a'],
  ['', ''],
])('shapes %s as %s', (word, shape) => {
  expect(wordShape(word)).toBe(shape);
});
