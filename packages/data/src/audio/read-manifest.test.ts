import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readManifest } from './read-manifest.js';

async function folderWith(manifest: string | Uint8Array, ...recordings: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-manifest-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'wav'));
  await writeFile(join(folder, 'train.tsv'), manifest);
  for (const name of recordings) await writeFile(join(folder, 'wav', name), '');
  return folder;
}

it('finds recordings beside the manifest, whatever the working folder is', async () => {
  const folder = await folderWith('wav/a.wav\tone\nwav/b.wav\ttwo\n', 'a.wav', 'b.wav');
  const path = join(folder, 'train.tsv');
  expect(await readManifest(path)).toEqual([
    { path: join(folder, 'wav', 'a.wav'), transcript: 'one', file: path, line: 1 },
    { path: join(folder, 'wav', 'b.wav'), transcript: 'two', file: path, line: 2 },
  ]);
});

it('tells all missing recordings at once: the first few by name, and how many', async () => {
  const lines = [
    'wav/a.wav\tone',
    ...Array.from({ length: 7 }, (_, index) => `wav/gone-${index}.wav\ttwo`),
    'wav\tthree',
  ];
  const folder = await folderWith(lines.join('\n'), 'a.wav');
  const reading = readManifest(join(folder, 'train.tsv'));
  await expect(reading).rejects.toThrow(
    /train\.tsv:2: 8 of 9 recordings are not there \(line 2: .*gone-0\.wav, line 3: /,
  );
  await expect(reading).rejects.toThrow(
    /line 6: .*gone-4\.wav and 3 more\); paths are relative to the folder of the manifest/,
  );
});

it('says where there is no manifest, and where it is no text', async () => {
  await expect(readManifest('nowhere.tsv')).rejects.toThrow('nowhere.tsv: there is no such file');
  const folder = await folderWith(Uint8Array.of(0x61, 0xff));
  await expect(readManifest(join(folder, 'train.tsv'))).rejects.toThrow('train.tsv:1: not UTF-8');
});
