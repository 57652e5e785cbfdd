import { DataError } from '@ostinato/data';
import { expect, test } from 'vitest';
import { CommandError, endingOf, Interrupted, UsageError } from './errors.js';

test.each<[string, unknown, number, string]>([
  ['failed work', new CommandError('no room'), 1, 'error: no room'],
  ['wrong use', new UsageError('no such thing'), 2, 'error: no such thing'],
  ['bad data', new DataError('empty', { file: 'seq.in', line: 3 }), 1, 'error: seq.in:3: empty'],
  ['Ctrl-C', new Interrupted('SIGINT'), 130, ''],
  ['SIGTERM', new Interrupted('SIGTERM'), 143, ''],
  [
    'a mistake in the program',
    new TypeError('x is not a function\nor so'),
    1,
    'internal error: TypeError: x is not a function\nRun the same command with --verbose to see where it happened.',
  ],
  [
    'a thrown text',
    'oops',
    1,
    'internal error: oops\nRun the same command with --verbose to see where it happened.',
  ],
])('%s', (_, error, status, message) => {
  expect(endingOf(error, false)).toEqual({ status, message });
});

test('--verbose shows the stack, and those of the causes', () => {
  const error = new CommandError('no room', { cause: new RangeError('disk') });
  expect(endingOf(error, true).message).toMatch(
    /^error: CommandError: no room\n\s+at [\s\S]*\ncaused by: RangeError: disk\n\s+at /,
  );
});
