import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { launch, ostinato, outcomeOf, sentences, sharedFolder, tiny, writeSlotFolder } from '../testing.js';

let folder: string;
beforeAll(async () => {
  const [made, cleanup] = await sharedFolder();
  folder = made;
  await writeSlotFolder(join(folder, 'data'), sentences(60));
  const train = ['tag', 'train', '--train', 'data', '--out', 'model', ...tiny, '--epochs', '20'];
  expect(await ostinato(train, folder)).toMatchObject({ status: 0 });
  return cleanup;
});

const predict = ['tag', 'predict', 'model'];
const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

describe('tag predict', () => {
  test('takes each argument as a sentence; --json prints an object per line', async () => {
    const { status, stdout, stderr } = await ostinato(
      [...predict, '--json', 'I leave Taipei.', 'to new york'],
      folder,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answers = linesOf(stdout).map((line) => JSON.parse(line));
    expect(answers.map(({ tokens }) => tokens)).toEqual([
      ['i', 'leave', 'taipei', '.'],
      ['to', 'new', 'york'],
    ]);
    for (const answer of answers) {
      expect(Object.keys(answer)).toEqual(['tokens', 'slots', 'spans', 'intent']);
      expect(answer.slots).toHaveLength(answer.tokens.length);
      for (const { type, start, end, text } of answer.spans) {
        expect(answer.slots[start]).toMatch(new RegExp(`^[BI]-${type}$`));
        expect(answer.tokens.slice(start, end).join(' ')).toBe(text);
      }
      expect(answer.intent).toEqual(expect.any(String));
    }
  });

  test('reads lines of standard input, answers each in its place, and keeps words that are cut already', async () => {
    const data = sentences(200).map(({ words }) => words.join(' '));
    const input = `\ufeff${data.slice(0, 150).join('\r\n')}\r\n\r\n   \r\n${data.slice(150).join('\n')}`;
    const { status, stdout } = await ostinato([...predict, '--json'], folder, input);
    expect(status).toBe(0);
    const answers = linesOf(stdout).map((line) => JSON.parse(line));
    const empty = { tokens: [], slots: [], spans: [], intent: null };
    expect(answers.slice(150, 152)).toEqual([empty, empty]);
    expect([...answers.slice(0, 150), ...answers.slice(152)].map(({ tokens }) => tokens.join(' '))).toEqual(
      data,
    );
  });

  test('answers a line before the next one comes', async () => {
    const child = launch([...predict, '--json'], folder);
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
    for (const sentence of ['to taipei', 'from paris']) {
      child.stdin.write(`${sentence}\n`);
      const { value } = await answers.next();
      expect(JSON.parse(value).tokens.join(' ')).toBe(sentence);
    }
    child.stdin.end();
    expect((await once(child, 'close'))[0]).toBe(0);
  });

  test('writes words with their slots below for people', async () => {
    const { stdout } = await ostinato([...predict, sentences(1)[0]!.words.join(' ')], folder);
    const lines = stdout.split('\n');
    expect(lines[0]!.replace(/ +/g, ' ')).toBe(sentences(1)[0]!.words.join(' '));
    expect(lines.at(-3)).toMatch(/^intent: \w+$/);
    expect(stdout).not.toContain('\u001b');
  });

  test('gives nothing for no input', async () => {
    expect(await ostinato(predict, folder, '')).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('answers what comes before a line that is not UTF-8, and names that line', async () => {
    const input = Buffer.concat([Buffer.from('to taipei\nfrom paris\n'), Buffer.from([0xff, 0x0a])]);
    const { status, stdout, stderr } = await ostinato([...predict, '--json'], folder, input);
    expect(linesOf(stdout)).toHaveLength(2);
    expect(stderr).toBe('error: standard input, line 3: not UTF-8; convert the text to UTF-8\n');
    expect(status).toBe(1);
  });

  test('ends in peace when its reader has read enough', async () => {
    const child = launch([...predict, '--json'], folder);
    child.stdin.on('error', () => {});
    child.stdin.write('to taipei\n'.repeat(20000));
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await outcomeOf(child)).toMatchObject({ status: 0, stderr: '' });
  });
});
