import { cpu } from '@ostinato/backend-cpu';
import { webgpu } from '@ostinato/backend-webgpu';
import { requests } from '@ostinato/data';
import { type Backend, init, useBackend } from '@ostinato/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PoolingName, SequenceClassifier } from '../index.js';

const { train, dev } = requests({ train: 48, dev: 20, test: 0 });
const texts = dev.map(({ text }) => text);
const settings = {
  ...{ hidden: 8, embed: 8, letters: 4, buckets: 50 },
  ...{ batch: 8, rate: 1e-2, dropout: 0.2, epochs: 2, seed: 7 },
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

/** Trains a classifier. Returns it and the loss of each step. */
async function trainOn(
  backend: Backend,
  pooling: PoolingName,
): Promise<{ classifier: SequenceClassifier; losses: number[] }> {
  useBackend(backend);
  const classifier = SequenceClassifier.create(train, { ...settings, pooling });
  const losses: number[] = [];
  for await (const event of classifier.fit(train)) if (event.kind === 'step') losses.push(event.loss);
  return { classifier, losses };
}

describe('a classifier on the GPU', () => {
  it.each(['last', 'mean', 'max', 'attention'] as const)(
    'learns what it learns on the CPU, by %s, and answers the same wherever it is loaded',
    async (pooling) => {
      const onCpu = await trainOn(backends.cpu, pooling);
      const before = backends.webgpu.memory();
      const onGpu = await trainOn(backends.webgpu, pooling);
      expect(onGpu.losses).toHaveLength(12);
      expect(onCpu.losses.at(-1)!).toBeLessThan(onCpu.losses[0]!);
      for (const [step, loss] of onCpu.losses.entries()) {
        expect(Math.abs(onGpu.losses[step]! - loss) / loss, `step ${step + 1}`).toBeLessThan(1e-4);
      }
      const answers = await onGpu.classifier.predict(texts);
      useBackend(backends.cpu);
      const loaded = await SequenceClassifier.fromBytes(await onGpu.classifier.toBytes());
      for (const [index, { label, probability }] of (await loaded.predict(texts)).entries()) {
        expect(label).toBe(answers[index]!.label);
        expect(probability).toBeCloseTo(answers[index]!.probability, 4);
      }
      for (const classifier of [loaded, onCpu.classifier, onGpu.classifier]) classifier.dispose();
      expect(backends.webgpu.memory()).toMatchObject({
        liveStorages: before.liveStorages,
        liveBytes: before.liveBytes,
      });
    },
  );
});
