import type { TaggedPrediction } from '@ostinato/tasks';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { renderPrediction } from './tagged-text.js';

const plain = picocolors.createColors(false);
const wide = Number.POSITIVE_INFINITY;

function prediction(
  text: string,
  spans: [type: string, start: number, end: number][],
  intent: string | null = null,
) {
  const tokens = text.split(' ');
  return {
    tokens,
    slots: tokens.map(() => 'O'),
    spans: spans.map(([type, start, end]) => ({
      type,
      start,
      end,
      text: tokens.slice(start, end).join(' '),
    })),
    intent,
  } satisfies TaggedPrediction;
}

const lecture = prediction(
  'i would like to arrive taipei on november 2nd',
  [
    ['destination', 5, 6],
    ['arrival_date', 7, 9],
  ],
  'book',
);

test('slots stand below their words', () => {
  expect(renderPrediction(lecture, plain, wide).split('\n')).toEqual([
    'i would like to arrive taipei      on november 2nd',
    '                       destination    arrival_date',
    'intent: book',
  ]);
});

test('long sentences go on in the next lines, a slot staying whole', () => {
  expect(renderPrediction(lecture, plain, 30).split('\n')).toEqual([
    'i would like to arrive',
    'taipei      on november 2nd',
    'destination    arrival_date',
    'intent: book',
  ]);
});

test('a word and its slot have one colour, the same in every sentence', () => {
  const colors = picocolors.createColors(true);
  const colorOf = (text: string, word: string): string => {
    const codes = renderPrediction(prediction(text, [['city', 1, 2]]), colors, wide);
    expect(codes).toContain('city');
    return codes.slice(0, codes.indexOf(word)).split(' ').at(-1)!;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(colorOf('to taipei', 'taipei')).toMatch(/^\u001b\[3\dm$/);
  expect(colorOf('to taipei', 'taipei')).toBe(colorOf('from paris today', 'paris'));
});

test('wide characters take two places, and what a terminal would obey is shown', () => {
  expect(renderPrediction(prediction('去 台北 吧', [['to', 1, 2]]), plain, wide).split('\n')).toEqual([
    '去 台北 吧',
    '   to',
  ]);
  expect(renderPrediction(prediction('a\u001b[2J', []), plain, wide)).toBe('a\ufffd[2J');
});

test('nothing to tag gives nothing', () => {
  expect(renderPrediction({ tokens: [], slots: [], spans: [], intent: null }, plain, wide)).toBe('');
});
