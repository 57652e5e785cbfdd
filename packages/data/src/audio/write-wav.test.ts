import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readWav } from './read-wav.js';
import { writeWav } from './write-wav.js';

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-wav-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const clip = { samples: Float32Array.of(0, 0.5, -0.25), sampleRate: 8000 };

it('reads what was written, and leaves nothing else in the folder', async () => {
  const folder = await emptyFolder();
  const path = join(folder, 'a.wav');
  await writeWav(path, { ...clip, samples: Float32Array.of(0.125) });
  await writeWav(path, clip);
  expect(await readWav(path)).toEqual(clip);
  expect(await readdir(folder)).toEqual(['a.wav']);
});

it('says which file cannot be read or written', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'text.wav'), 'text');
  await writeFile(join(folder, 'empty.wav'), '');
  await expect(readWav(join(folder, 'text.wav'))).rejects.toThrow(/text\.wav: this is no WAV file/);
  await expect(readWav(join(folder, 'empty.wav'))).rejects.toThrow(/empty\.wav: the file is empty/);
  await expect(readWav(join(folder, 'none.wav'))).rejects.toThrow(/none\.wav: there is no such file/);
  await expect(writeWav(join(folder, 'none', 'a.wav'), clip)).rejects.toThrow(
    /a\.wav: cannot be written \(ENOENT\)/,
  );
  await expect(writeWav(folder, clip)).rejects.toThrow(/cannot be written/);
  expect((await readdir(folder)).sort()).toEqual(['empty.wav', 'text.wav']);
});
