import type { TaggedPrediction } from '@ostinato/tasks';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { renderPrediction } from './tagged-text.js';

const plain = picocolors.createColors(false);

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
  expect(renderPrediction(lecture, { colors: plain }).split('\n')).toEqual([
    'i would like to arrive taipei      on november 2nd',
    '                       destination    arrival_date',
    'intent: book',
  ]);
});

test('long sentences go on in the next lines, a slot staying whole', () => {
  expect(renderPrediction(lecture, { colors: plain, width: 30 }).split('\n')).toEqual([
    'i would like to arrive',
    'taipei      on november 2nd',
    'destination    arrival_date',
    'intent: book',
  ]);
});

test('a word and its slot have one colour, slots beside each other in the alphabet different ones', () => {
  const colors = picocolors.createColors(true);
  const tags = ['O', 'B-to', 'I-to', 'B-from', 'B-at'];
  const places = prediction('from paris to new york', [
    ['from', 1, 2],
    ['to', 3, 5],
  ]);
  const text = renderPrediction(places, { colors, tags });
  expect(text).toContain(colors.green('paris'));
  expect(text).toContain(colors.green('from'));
  expect(text).toContain(colors.magenta('new york'));
  expect(text).toContain(colors.magenta('to'));
});

test('wide characters take two places, and what a terminal would obey is shown', () => {
  expect(renderPrediction(prediction('去 台北 吧', [['to', 1, 2]]), { colors: plain }).split('\n')).toEqual([
    '去 台北 吧',
    '   to',
  ]);
  expect(renderPrediction(prediction('a\u001b[2J', []), { colors: plain })).toBe('a\ufffd[2J');
});

test('nothing to tag gives nothing', () => {
  expect(renderPrediction({ tokens: [], slots: [], spans: [], intent: null }, { colors: plain })).toBe('');
});
