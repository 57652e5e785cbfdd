import { cpu } from '@ostinato/backend-cpu';
import { type AudioClip, decodeWav, encodeWav, toneSequences } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { expect, it } from 'vitest';
import { CtcRecognizer } from '../index.js';

/** A recording as a page gets it: the bytes of a WAV file. */
const fetched = (clip: AudioClip): AudioClip => decodeWav(encodeWav(clip));

it('learns from WAV files in a page, and a recogniser loaded there writes whole recordings and pieces', async () => {
  const backend = await init(cpu());
  const tones = { test: 0, symbols: '19', length: [1, 3], signalToNoise: [20, 30] } as const;
  const { train, dev } = toneSequences({ train: 48, dev: 6, ...tones });
  const utterances = train.map(({ clip, transcript }) => ({ clip: fetched(clip), transcript }));
  const clips = dev.map(({ clip }) => fetched(clip));
  const before = backend.memory();

  const recognizer = CtcRecognizer.create(utterances, {
    ...{ hidden: 8, layers: 1, bidirectional: false, dropout: 0 },
    ...{ features: 'logMel', bands: 16, deltas: 0, subsampling: 3, masks: 0, speedChange: 0 },
    ...{ epochs: 8, batch: 4, rate: 6e-2, seed: 7 },
  });
  for await (const _ of recognizer.fit(utterances));
  const bytes = await recognizer.toBytes();
  recognizer.dispose();

  const loaded = await CtcRecognizer.fromBytes(bytes);
  const texts = dev.map(({ transcript }) => transcript);
  expect((await loaded.predict(clips)).map(({ text }) => text)).toEqual(texts);
  for (const [index, { samples }] of clips.entries()) {
    const stream = loaded.stream();
    for (let from = 0; from < samples.length; from += 1500) {
      await stream.push(samples.subarray(from, from + 1500));
    }
    expect(await stream.end()).toBe(texts[index]);
  }
  loaded.dispose();
  expect(backend.memory()).toMatchObject({
    liveStorages: before.liveStorages,
    liveBytes: before.liveBytes,
  });
  backend.dispose();
});
