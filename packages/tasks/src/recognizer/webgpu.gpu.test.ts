import { cpu } from '@ostinato/backend-cpu';
import { webgpu } from '@ostinato/backend-webgpu';
import { toneSequences } from '@ostinato/data';
import { type Backend, init, useBackend } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CtcRecognizer, type RecognizerOptions } from '../index.js';

const tones = { test: 0, symbols: '19', length: [1, 3], signalToNoise: [20, 30] } as const;
const { train, dev } = toneSequences({ train: 48, dev: 6, ...tones });
const clips = dev.map(({ clip }) => clip);
const small: RecognizerOptions = {
  ...{ features: 'logMel', bands: 16, deltas: 0, subsampling: 3 },
  ...{ hidden: 8, layers: 1, batch: 4, seed: 7 },
};

const backends: Record<'cpu' | 'webgpu', Backend> = {} as never;
beforeAll(async () => {
  backends.cpu = await init(cpu());
  backends.webgpu = await init(webgpu());
});
afterAll(() => {
  backends.cpu?.dispose();
  backends.webgpu?.dispose();
});

/** Trains a recogniser on some of the recordings. Returns it and the loss of each step. */
async function trainOn(
  backend: Backend,
  options: RecognizerOptions,
  recordings = train,
): Promise<{ recognizer: CtcRecognizer; losses: number[] }> {
  useBackend(backend);
  const recognizer = CtcRecognizer.create(recordings, { ...small, ...options });
  const losses: number[] = [];
  for await (const event of recognizer.fit(recordings)) if (event.kind === 'step') losses.push(event.loss);
  return { recognizer, losses };
}

/** The text of a recording that comes in in pieces. */
async function streamed(recognizer: CtcRecognizer, samples: Float32Array): Promise<string> {
  const stream = recognizer.stream();
  for (let from = 0; from < samples.length; from += 1500) {
    await stream.push(samples.subarray(from, from + 1500));
  }
  return stream.end();
}

describe('a recogniser on the GPU', () => {
  it.each([
    ['in both directions', true],
    ['forwards', false],
  ])('learns what it learns on the CPU, reading %s, and gives its memory back', async (_, bidirectional) => {
    const options = { bidirectional, epochs: 2, rate: 2e-2, dropout: 0.2 };
    const few = train.slice(0, 20);
    const onCpu = await trainOn(backends.cpu, options, few);
    const before = backends.webgpu.memory();
    const onGpu = await trainOn(backends.webgpu, options, few);
    expect(backends.webgpu.memory().liveBytes).toBeGreaterThan(before.liveBytes);
    expect(onGpu.losses).toHaveLength(10);
    // Batches differ much in their losses, epochs do not.
    const [first, second] = [onCpu.losses.slice(0, 5), onCpu.losses.slice(5)].map((losses) =>
      losses.reduce((sum, loss) => sum + loss, 0),
    );
    expect(second!).toBeLessThan(0.8 * first!);
    for (const [step, loss] of onCpu.losses.entries()) {
      expect(Math.abs(onGpu.losses[step]! - loss) / loss, `step ${step + 1}`).toBeLessThan(1e-4);
    }
    // Whatever so little training makes them write: how likely each symbol is at each step.
    const lattices = [
      await onCpu.recognizer.lattice(clips[0]!),
      await onGpu.recognizer.lattice(clips[0]!),
    ].map(({ logProbabilities }) => [...logProbabilities]);
    expect(lattices[1]).toEqual(lattices[0]!.map((value) => expect.closeTo(value, 3)));
    for (const { recognizer } of [onCpu, onGpu]) recognizer.dispose();
    expect(backends.webgpu.memory()).toMatchObject({
      liveStorages: before.liveStorages,
      liveBytes: before.liveBytes,
    });
  });

  it('writes the same texts wherever it is loaded, of whole recordings and of pieces', async () => {
    const clean = { dropout: 0, masks: 0, speedChange: 0 };
    const { recognizer } = await trainOn(backends.cpu, {
      ...{ bidirectional: false, epochs: 8, rate: 6e-2 },
      ...clean,
    });
    const expected = await recognizer.predict(clips);
    const texts = expected.map(({ text }) => text);
    expect(texts).toEqual(dev.map(({ transcript }) => transcript));

    const before = backends.webgpu.memory();
    useBackend(backends.webgpu);
    const loaded = await CtcRecognizer.fromBytes(await recognizer.toBytes());
    expect(backends.webgpu.memory().liveBytes).toBeGreaterThan(before.liveBytes);
    const found = await loaded.predict(clips);
    for (const [index, { text, symbols }] of found.entries()) {
      expect(text).toBe(texts[index]);
      for (const [at, { start, end, confidence }] of symbols.entries()) {
        const symbol = expected[index]!.symbols[at]!;
        expect([start, end]).toEqual([symbol.start, symbol.end]);
        expect(confidence).toBeCloseTo(symbol.confidence, 3);
      }
    }
    for (const [index, { samples }] of clips.entries()) {
      expect(await streamed(loaded, samples)).toBe(texts[index]);
    }
    // Trained there, moved while it lives.
    await recognizer.to(backends.webgpu);
    expect((await recognizer.predict(clips)).map(({ text }) => text)).toEqual(texts);
    for (const one of [recognizer, loaded]) one.dispose();
    expect(backends.webgpu.memory()).toMatchObject({
      liveStorages: before.liveStorages,
      liveBytes: before.liveBytes,
    });
  });
});
