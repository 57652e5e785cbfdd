import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readSentences } from './read-sentences.js';

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-text-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

it('reads a sentence per line, packed or not, without empty lines', async () => {
  const text = " no it was n't <unk> \n\n  N times\r\n";
  const sentences = [
    ['no', 'it', 'was', "n't", '<unk>'],
    ['N', 'times'],
  ];
  expect(await readSentences(await file('a.txt', text))).toEqual(sentences);
  expect(await readSentences(await file('a.txt.gz', gzipSync(text)))).toEqual(sentences);
});

it('says what is wrong, and with which file', async () => {
  await expect(readSentences('nowhere.txt')).rejects.toThrow(
    'nowhere.txt: there is no such file; correct the path',
  );
  await expect(readSentences(tmpdir())).rejects.toThrow('this is a folder; give a file');
  await expect(readSentences(await file('b.txt', '\n \n'))).rejects.toThrow(
    /b\.txt: there are no words in it/,
  );
  await expect(readSentences(await file('c.gz', 'text'))).rejects.toThrow(
    /c\.gz: this is no complete gzip file/,
  );
  await expect(readSentences(await file('d', Uint8Array.of(0xff)))).rejects.toThrow(/d:1: not UTF-8/);
});
