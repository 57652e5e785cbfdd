import { cpu } from '@ostinato/backend-cpu';
import { webgpu } from '@ostinato/backend-webgpu';
import { flights } from '@ostinato/data';
import { type Backend, init, useBackend } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SequenceTagger } from '../index.js';

const { train, dev } = flights({ train: 160, dev: 40, test: 0 });
const sentences = dev.map(({ words }) => words);
const settings = {
  ...{ hidden: 12, embed: 12, letters: 8, buckets: 100 },
  ...{ batch: 8, rate: 1e-2, dropout: 0.2, epochs: 1, seed: 7 },
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

/** Trains a tagger for one epoch. Returns it and the loss of each step. */
async function trainOn(backend: Backend): Promise<{ tagger: SequenceTagger; losses: number[] }> {
  useBackend(backend);
  const tagger = SequenceTagger.create(train, settings);
  const losses: number[] = [];
  for await (const event of tagger.fit(train)) if (event.kind === 'step') losses.push(event.loss);
  return { tagger, losses };
}

describe('a tagger on the GPU', () => {
  it('learns what it learns on the CPU, and answers the same wherever it is loaded', async () => {
    const onCpu = await trainOn(backends.cpu);
    const onGpu = await trainOn(backends.webgpu);
    expect(onGpu.losses).toHaveLength(20);
    expect(onCpu.losses.at(-1)!).toBeLessThan(0.75 * onCpu.losses[0]!);
    for (const [step, loss] of onCpu.losses.entries()) {
      expect(Math.abs(onGpu.losses[step]! - loss) / loss, `step ${step + 1}`).toBeLessThan(1e-4);
    }
    const bytes = await onGpu.tagger.toBytes();
    const answers = await onGpu.tagger.predict(sentences);
    for (const backend of Object.values(backends)) {
      useBackend(backend);
      const loaded = await SequenceTagger.fromBytes(bytes);
      expect(await loaded.predict(sentences)).toEqual(answers);
      loaded.dispose();
    }
    // Moved while it lives.
    await onGpu.tagger.to(backends.cpu);
    expect(await onGpu.tagger.predict(sentences)).toEqual(answers);
    onCpu.tagger.dispose();
    onGpu.tagger.dispose();
  });

  it('goes on from its last checkpoint after the device was lost, to the very same weights', async () => {
    const twoEpochs = { ...settings, epochs: 2 };
    useBackend(backends.webgpu);
    const straight = SequenceTagger.create(train, twoEpochs);
    for await (const _ of straight.fit(train));
    const expected = await straight.toBytes();
    straight.dispose();

    const lost = await init(webgpu());
    const tagger = SequenceTagger.create(train, twoEpochs);
    let saved: Uint8Array | undefined;
    const save = async (now: SequenceTagger): Promise<void> => {
      saved = await now.toBytes();
    };
    const training = async (): Promise<void> => {
      for await (const event of tagger.fit(train, { save })) {
        if (event.kind === 'step' && event.step === 23)
          (lost as unknown as { device: GPUDevice }).device.destroy();
      }
    };
    await expect(training()).rejects.toThrow(/device is lost: .*call init again and load the model/);
    expect(tagger.epoch).toBe(1);
    tagger.dispose();
    lost.dispose();

    const next = await init(webgpu());
    const loaded = await SequenceTagger.fromBytes(saved!);
    expect([loaded.epoch, loaded.finished]).toEqual([1, false]);
    for await (const _ of loaded.fit(train));
    expect(await loaded.toBytes()).toEqual(expected);
    loaded.dispose();
    next.dispose();
  });

  it('learns with float16 factors what it learns with float32, without loss scaling', async ({ skip }) => {
    const rounded = await webgpu({ precision: 'float16' })();
    if ('unavailable' in rounded) return skip(rounded.unavailable);
    const exact = await trainOn(backends.webgpu);
    const { tagger, losses } = await trainOn(rounded);
    expect(losses.at(-1)!).toBeLessThan(0.75 * losses[0]!);
    // No more than one product of two rounded factors may be off.
    for (const [step, loss] of exact.losses.entries()) {
      expect(Math.abs(losses[step]! - loss) / loss, `step ${step + 1}`).toBeLessThan(2 ** -10);
    }
    expect(losses).not.toEqual(exact.losses);
    tagger.dispose();
    exact.tagger.dispose();
    rounded.dispose();
  });

  it('leaves nothing behind in memory', async () => {
    const before = backends.webgpu.memory();
    const { tagger } = await trainOn(backends.webgpu);
    await tagger.predict(sentences);
    tagger.dispose();
    expect(backends.webgpu.memory()).toMatchObject({
      liveStorages: before.liveStorages,
      liveBytes: before.liveBytes,
    });
  });
});
