import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { parseArpa } from './parse-arpa.js';
import { readArpa } from './read-arpa.js';
import { smallArpa } from './testing.js';

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-arpa-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

it('reads a file, packed or not', async () => {
  const expected = parseArpa(smallArpa).logProbability(['the', 'big', 'dog']);
  const plain = await readArpa(await file('small.arpa', smallArpa));
  const packed = await readArpa(await file('small.arpa.gz', gzipSync(smallArpa)));
  expect(plain.logProbability(['the', 'big', 'dog'])).toBe(expected);
  expect(packed.logProbability(['the', 'big', 'dog'])).toBe(expected);
});

it('names the file and the line', async () => {
  const path = await file('bad.arpa', smallArpa.replace('-0.9\tdog', 'x\tdog'));
  await expect(readArpa(path)).rejects.toThrow(/bad\.arpa:13: 'x' where a logarithm/);
  await expect(readArpa('nowhere.arpa')).rejects.toThrow(
    'nowhere.arpa: there is no such file; correct the path',
  );
});
