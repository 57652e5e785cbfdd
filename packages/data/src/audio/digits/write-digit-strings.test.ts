import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readManifest } from '../read-manifest.js';
import { readWav } from '../read-wav.js';
import { writeWav } from '../write-wav.js';
import { type DigitStringsProgress, writeDigitStrings } from './write-digit-strings.js';

/** A folder with recordings of three digits by two speakers: constant, so that each can be found again in a string. */
async function folderWithDigits(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostinato-digits-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'recordings'));
  let value = 0;
  for (const speaker of ['ann', 'bob_2']) {
    for (const digit of [0, 1, 2]) {
      for (const index of [0, 1, 2]) {
        const samples = new Float32Array(400).fill(++value / 64);
        await writeWav(join(folder, 'recordings', `${digit}_${speaker}_${index}.wav`), {
          samples,
          sampleRate: 8000,
        });
      }
    }
  }
  return folder;
}

/** The values of the recordings that sound in a string. */
async function valuesIn(path: string): Promise<Set<number>> {
  const { samples } = await readWav(path);
  return new Set([...samples].map((sample) => sample * 64).filter((value) => value > 0.5));
}

const plain = { fade: 0, background: Number.NEGATIVE_INFINITY } as const;

it('writes manifests and recordings, no recording in two parts, and tells what it did', async () => {
  const folder = await folderWithDigits();
  const out = join(folder, 'out', 'strings');
  const progress: DigitStringsProgress[] = [];
  const { parts, resampled } = await writeDigitStrings({
    ...plain,
    from: folder,
    out,
    count: 30,
    devCount: 12,
    heldOutCount: 15,
    holdOutSpeakers: ['bob_2'],
    onProgress: (step) => progress.push(step),
  });
  expect(resampled).toEqual([]);
  expect(
    parts.map(({ part, strings, recordings, speakers }) => [part, strings, recordings, speakers]),
  ).toEqual([
    ['train', 30, 6, ['ann']],
    ['dev', 12, 3, ['ann']],
    ['heldout', 15, 9, ['bob_2']],
  ]);
  const heard: Set<number>[] = [];
  for (const { manifest, strings, seconds } of parts) {
    const entries = await readManifest(manifest);
    expect(entries).toHaveLength(strings);
    const values = new Set<number>();
    let samples = 0;
    for (const { path, transcript } of entries) {
      for (const value of await valuesIn(path)) values.add(value);
      samples += (await readWav(path)).samples.length;
      expect(transcript).toMatch(/^(zero|one|two)( (zero|one|two)){0,6}$/);
    }
    expect(samples / 8000).toBeCloseTo(seconds, 6);
    heard.push(values);
  }
  expect(heard.map((values) => values.size)).toEqual([6, 3, 9]);
  expect(new Set(heard.flatMap((values) => [...values])).size).toBe(18);
  expect(progress.map(({ doing }) => doing)).toEqual([
    ...Array(18).fill('reading'),
    ...Array(30).fill('train'),
    ...Array(12).fill('dev'),
    ...Array(15).fill('heldout'),
  ]);
  expect(progress.at(-1)).toEqual({ doing: 'heldout', done: 15, total: 15 });
  expect((await readdir(out)).sort()).toEqual([
    'dev',
    'dev.tsv',
    'heldout',
    'heldout.tsv',
    'train',
    'train.tsv',
  ]);
});

it('writes the same files for a seed', async () => {
  const folder = await folderWithDigits();
  const contents = async (out: string, seed: number) => {
    await writeDigitStrings({
      from: join(folder, 'recordings'),
      out: join(folder, out),
      seed,
      count: 3,
      devCount: 1,
    });
    const files = ['train.tsv', 'dev.tsv', 'train/1.wav', 'train/3.wav', 'dev/1.wav'];
    return Promise.all(
      files.map(async (file) => (await readFile(join(folder, out, file))).toString('latin1')),
    );
  };
  const first = await contents('a', 1);
  expect(await contents('b', 1)).toEqual(first);
  expect(await contents('c', 2)).not.toEqual(first);
});

it('resamples recordings of another rate, and says which', async () => {
  const folder = await folderWithDigits();
  const samples = new Float32Array(1000).fill(0.5);
  await writeWav(join(folder, 'recordings', '2_ann_3.wav'), { samples, sampleRate: 16000 });
  const { resampled, parts } = await writeDigitStrings({
    from: folder,
    out: join(folder, 'out'),
    count: 2,
    devCount: 1,
  });
  expect(resampled).toEqual(['2_ann_3.wav']);
  expect(
    (await readWav((await readManifest(parts[0]?.manifest as string))[0]?.path as string)).sampleRate,
  ).toBe(8000);
});

it('overwrites no data set', async () => {
  const folder = await folderWithDigits();
  await writeFile(join(folder, 'dev.tsv'), '');
  await expect(writeDigitStrings({ from: folder, out: folder })).rejects.toThrow(
    /: there is a dev\.tsv already; give another folder, or remove that one/,
  );
});

it('says what is wrong with the recordings', async () => {
  const folder = await folderWithDigits();
  const out = join(folder, 'out');
  await expect(writeDigitStrings({ from: join(folder, 'none'), out })).rejects.toThrow(
    /none: there is no such folder/,
  );
  await mkdir(join(folder, 'empty'));
  await expect(writeDigitStrings({ from: join(folder, 'empty'), out })).rejects.toThrow(
    /empty: there is no recording in it; expected a folder of recordings called \{digit\}_\{speaker\}_\{index\}\.wav/,
  );
  await expect(writeDigitStrings({ from: folder, out, holdOutSpeakers: ['eve'] })).rejects.toThrow(
    "there is no speaker 'eve' to hold out; there are ann, bob_2",
  );
  await writeFile(join(folder, 'recordings', '0_ann_9.wav'), 'RIFF');
  await expect(writeDigitStrings({ from: folder, out })).rejects.toThrow(/0_ann_9\.wav: the file is cut off/);
  await writeFile(join(folder, 'recordings', 'noise.wav'), '');
  await expect(writeDigitStrings({ from: folder, out })).rejects.toThrow(
    /1 of 20 recordings have other names, as 'noise\.wav'; expected/,
  );
  expect(await readdir(folder)).toEqual(['empty', 'recordings']);
});
