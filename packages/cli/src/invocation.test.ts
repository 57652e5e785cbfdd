import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine } from './invocation.js';

test('words that a shell would take apart are quoted', () => {
  expect(commandLine('tag', 'eval', 'models/my tagger', 'data/test')).toBe(
    'npx pnpm ostinato tag eval "models/my tagger" data/test',
  );
});

test.skipIf(process.platform === 'win32')('a shell reads back every word', () => {
  const words = [
    'plain',
    'two words',
    "it's",
    '$HOME',
    'a"b',
    '`ls`',
    'back\\slash',
    'no!',
    '*',
    '',
    "'$x'",
    '台北',
  ];
  const printed = commandLine(...words).replace('npx pnpm ostinato', "printf '%s\\n'");
  expect(execFileSync('sh', ['-c', printed], { encoding: 'utf8' })).toBe(`${words.join('\n')}\n`);
});
