import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readUtterances } from './read-utterances.js';
import { resample } from './resample.js';
import { writeWav } from './write-wav.js';

const clip = {
  samples: Float32Array.from({ length: 400 }, (_, time) => Math.round(9000 * Math.sin(time / 9)) / 32768),
  sampleRate: 16000,
};

async function folderWith(manifest: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-utterances-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeWav(join(folder, 'a.wav'), clip);
  await writeWav(join(folder, 'b.wav'), { ...clip, sampleRate: 8000 });
  await writeFile(join(folder, 'text.wav'), 'no sound');
  await writeFile(join(folder, 'train.tsv'), manifest);
  return folder;
}

it('reads recordings with what is said in them, at one rate, and says which were resampled', async () => {
  const folder = await folderWith('a.wav\tone\nb.wav\ttwo\n');
  const seen: string[] = [];
  const { utterances, resampled } = await readUtterances(join(folder, 'train.tsv'), {
    sampleRate: 8000,
    onRecording: (done, total) => seen.push(`${done}/${total}`),
  });
  expect(utterances.map(({ clip, transcript, line }) => [transcript, line, clip])).toEqual([
    ['one', 1, resample(clip, 8000)],
    ['two', 2, { ...clip, sampleRate: 8000 }],
  ]);
  expect(resampled).toEqual([{ path: join(folder, 'a.wav'), sampleRate: 16000 }]);
  expect(seen).toEqual(['1/2', '2/2']);
});

it('leaves rates as they are where none is given', async () => {
  const folder = await folderWith('a.wav\tone\nb.wav\ttwo\n');
  const { utterances, resampled } = await readUtterances(join(folder, 'train.tsv'));
  expect(utterances.map((utterance) => utterance.clip.sampleRate)).toEqual([16000, 8000]);
  expect(resampled).toEqual([]);
});

it('says which recording cannot be read, and what a rate may be', async () => {
  const folder = await folderWith('a.wav\tone\ntext.wav\ttwo\n');
  await expect(readUtterances(join(folder, 'train.tsv'))).rejects.toThrow(/text\.wav: this is no WAV file/);
  await expect(readUtterances(join(folder, 'train.tsv'), { sampleRate: 0 })).rejects.toThrow(
    'readUtterances: a sample rate is',
  );
});
