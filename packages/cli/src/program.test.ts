import { taggerDefaults } from '@ostinato/tasks';
import { afterEach, expect, test, vi } from 'vitest';
import { run } from './run.js';
import { ostinato } from './testing.js';

test('--help names every command and succeeds', async () => {
  const { status, stdout, stderr } = await ostinato(['--help']);
  expect(status).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toContain('Usage: ostinato');
  for (const command of ['start', 'tag', 'lecture', 'classify', 'lm', 'longlag'])
    expect(stdout).toContain(`  ${command} `);
});

test.each([
  [
    ['tag', '--help'],
    ['train', 'eval', 'predict'],
  ],
  [
    ['tag', 'train', '--help'],
    [
      ...['--train', '--dev', '--out', '--cell', '--hidden', '--embed', '--layers', '--dropout', '--epochs'],
      ...[
        '--batch',
        '--rate',
        '--seed',
        '--backend',
        '--resume',
        '--json',
        '--verbose',
        'default: "lstm"',
        'tagger.ostinato',
        '--crf',
        '--no-crf',
        `default: ${taggerDefaults.epochs}`,
      ],
    ],
  ],
  [
    ['tag', 'eval', '--help'],
    ['<model>', '[path]', '--json'],
  ],
  [
    ['tag', 'predict', '--help'],
    ['<model>', '[text...]', '--json'],
  ],
  [
    ['classify', 'train', '--help'],
    ['--train', '--hold-out', '--encoding', '--pooling', '--unit', '--resume', 'classifier.ostinato'],
  ],
  [
    ['classify', 'eval', '--help'],
    ['<model>', '[path]', '--encoding'],
  ],
  [
    ['longlag', '--help'],
    [
      '<name>',
      '--cell',
      '--length',
      '--hidden',
      '--batch',
      '--rate',
      '--steps',
      '--seed',
      '--data',
      '--threads',
      '--json',
      'adding add the two',
    ],
  ],
  [
    ['lm', 'train', '--help'],
    [
      '--train',
      '--dev',
      '--out',
      '--cell',
      '--schedule',
      '--full-rate',
      '--min-count',
      '--resume',
      'default: 200',
    ],
  ],
  [
    ['lm', 'eval', '--help'],
    ['<model>', '<file>', '--json'],
  ],
  [
    ['start', '--help'],
    ['--out', 'flights.ostinato'],
  ],
])('%j documents itself', async (words, mentioned) => {
  const { status, stdout } = await ostinato(words);
  expect(status).toBe(0);
  // Help breaks lines within a description.
  for (const text of mentioned) expect(stdout.replace(/\s+/g, ' ')).toContain(text);
});

test('--version prints the version of the package', async () => {
  const { status, stdout } = await ostinato(['--version']);
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/) });
});

const train = ['tag', 'train', '--train', 'data', '--out', 'model'];

afterEach(() => void vi.restoreAllMocks());

test.each<[string, string[], string]>([
  ['no command', [], 'Usage: ostinato'],
  ['half a command', ['tag'], 'Usage: ostinato tag'],
  ['an unknown command', ['tga'], "unknown command 'tga'"],
  ['an unknown command of a group', ['tag', 'trian'], 'Did you mean train?'],
  ['an unknown option', [...train, '--hiden', '3'], "unknown option '--hiden'"],
  [
    'a missing required option',
    ['lm', 'train', '--train', 'data'],
    "required option '--out <model>' not specified",
  ],
  ['a missing argument', ['lm', 'eval', 'model'], "missing required argument 'file'"],
  ['an argument too many', ['tag', 'eval', 'model', 'data', 'more'], 'too many arguments'],
  [
    'no number',
    [...train, '--hidden', 'many'],
    "'--hidden <n>' argument 'many' is invalid. Give a whole number from 1",
  ],
  ['no whole number', [...train, '--epochs', '1.5'], "argument '1.5' is invalid"],
  ['an empty number', [...train, '--seed', ''], "argument '' is invalid"],
  ['a number too small', [...train, '--batch', '0'], "argument '0' is invalid"],
  ['a number too large', [...train, '--dropout', '1'], 'Give a number from 0 below 1'],
  ['a rate of nothing', [...train, '--rate', '0'], 'Give a number above 0'],
  ['an unknown cell', [...train, '--cell', 'rnn'], 'Allowed choices are lstm, gru, elman'],
  [
    'an unknown backend',
    [...train, '--backend', 'abacus'],
    'Allowed choices are cpu, webgpu, cpu-plain, reference',
  ],
])('wrong use, %s: exit status 2 and a message', async (_, words, message) => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await run(words)).toBe(2);
  const text = stderr.mock.calls.join('');
  expect(text).toContain(message);
  expect(text).not.toMatch(/\n\s+at /);
  expect(stdout).not.toHaveBeenCalled();
});

test('the command ends with the exit status, and writes errors on standard error', async () => {
  const { status, stdout, stderr } = await ostinato([...train, '--hiden', '3']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain("error: unknown option '--hiden'\n(Did you mean --hidden?)");
});
