import { cpu } from '@ostinato/backend-cpu';
import { type LabelledText, requests } from '@ostinato/data';
import { init, useBackend } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeEach, describe, expect, it } from 'vitest';
import { SequenceClassifier } from '../index.js';

const { train, dev } = requests({ train: 300, dev: 60, test: 20 });
const small = {
  hidden: 16,
  embed: 16,
  letters: 8,
  buckets: 200,
  epochs: 2,
  batch: 16,
  rate: 1e-2,
  dropout: 0.2,
};

beforeEach(async () => {
  await init(cpu());
});

async function trained(options = {}, texts: readonly LabelledText[] = train): Promise<SequenceClassifier> {
  const classifier = SequenceClassifier.create(texts, { ...small, ...options });
  for await (const _ of classifier.fit(texts)) {
    // Only the result matters here.
  }
  return classifier;
}

describe('SequenceClassifier (L24)', () => {
  it('learns what counting words does not tell, and is the same after saving and loading', async () => {
    const { train, dev } = requests({ train: 1000, dev: 100, test: 0 });
    const classifier = SequenceClassifier.create(train, { ...small, hidden: 32, epochs: 8 });
    const before = await classifier.evaluate(dev);
    const kinds = new Set<string>();
    const losses: number[] = [];
    for await (const event of classifier.fit(train, { dev })) {
      kinds.add(event.kind);
      if (event.kind !== 'epoch') continue;
      losses.push(event.loss);
      expect(Object.keys(event.metrics)).toEqual(['accuracy', 'macroF1']);
    }
    expect([...kinds].sort()).toEqual(['checkpoint', 'epoch', 'step', 'stopped']);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const after = await classifier.evaluate(dev);
    expect(before.accuracy).toBeLessThan(0.4);
    // Naive Bayes stays at 0.61.
    expect(after.accuracy).toBeGreaterThan(0.85);
    expect(classifier.finished).toBe(true);
    const loaded = await SequenceClassifier.fromBytes(await classifier.toBytes());
    const texts = dev.map(({ text }) => text);
    expect(await loaded.predict(texts)).toEqual(await classifier.predict(texts));
    expect([loaded.finished, loaded.labels]).toEqual([true, classifier.labels]);
    await expect(loaded.fit(train).next()).rejects.toThrow(
      'classifier: all 8 epochs are done; create a new classifier to train again',
    );
  });

  it.each(['last', 'mean', 'max', 'attention'] as const)(
    'summarises by %s, on any cell, in layers',
    async (pooling) => {
      const cell = pooling === 'last' ? 'gru' : pooling === 'mean' ? 'elman' : 'lstm';
      const classifier = await trained(
        { pooling, cell, layers: 2, epochs: 1, letters: 0 },
        train.slice(0, 60),
      );
      const [prediction] = await classifier.predict(['call anna']);
      expect(classifier.labels).toContain(prediction!.label);
      const loaded = await SequenceClassifier.fromBytes(await classifier.toBytes());
      expect(loaded.settings).toEqual(classifier.settings);
      expect(await loaded.predict(['call anna'])).toEqual([prediction]);
    },
  );

  it('tells how probable each label is', async () => {
    const classifier = await trained({ epochs: 1 });
    for (const { label, probability, probabilities } of await classifier.predict(
      dev.map(({ text }) => text),
    )) {
      expect(Object.keys(probabilities)).toEqual(classifier.labels);
      const all = Object.values(probabilities);
      expect(all.reduce((sum, each) => sum + each)).toBeCloseTo(1, 5);
      expect(probabilities[label]).toBe(probability);
      expect(Math.max(...all)).toBe(probability);
    }
  });

  it('keeps the order of texts, answers empty ones, and is not changed by what stands beside', async () => {
    const classifier = await trained({ epochs: 1 });
    const texts = [...dev.slice(0, 10).map(({ text }) => text), '', ' \n', 'Oslo!'];
    const together = await classifier.predict(texts);
    expect(together.map(({ text }) => text)).toEqual(texts);
    expect(together[11]!.probabilities).toEqual(together[10]!.probabilities);
    for (const [index, text] of texts.entries()) {
      const [alone] = await classifier.predict([text]);
      expect(alone!.label).toBe(together[index]!.label);
      expect(alone!.probability).toBeCloseTo(together[index]!.probability, 5);
    }
    expect(await classifier.predict([])).toEqual([]);
  });

  it('reports accuracy, macro F1 and who was taken for whom; labels never seen are misses', async () => {
    const classifier = await trained();
    const report = await classifier.evaluate(dev);
    const { labels, counts } = report.confusion;
    expect(report.texts).toBe(60);
    expect(counts.flat().reduce((sum, count) => sum + count)).toBe(60);
    const right = labels.reduce((sum, _, index) => sum + counts[index]![index]!, 0);
    expect(report.accuracy).toBeCloseTo(right / 60, 12);
    const rates = Object.values(report.byLabel);
    expect(report.macroF1).toBeCloseTo(rates.reduce((sum, { f1 }) => sum + f1, 0) / rates.length, 12);
    const strange = await classifier.evaluate(dev.map(({ text }) => ({ text, label: 'never seen' })));
    expect(strange).toMatchObject({ accuracy: 0, macroF1: 0 });
    expect(strange.byLabel['never seen']).toMatchObject({ gold: 60, predicted: 0, f1: 0 });
    expect(strange.confusion.labels.at(-1)).toBe('never seen');
  });

  it('reads letters where told so', async () => {
    const names = [...'abcdefgh'].flatMap((letter) => [
      { text: `${letter}ov`, label: 'Russian' },
      { text: `${letter}ini`, label: 'Italian' },
    ]);
    const classifier = await trained({ unit: 'character', letters: 0, epochs: 20, dropout: 0 }, names);
    expect((await classifier.predict(['Petrov', 'Rossini'])).map(({ label }) => label)).toEqual([
      'Russian',
      'Italian',
    ]);
    const loaded = await SequenceClassifier.fromBytes(await classifier.toBytes());
    expect((await loaded.evaluate(names)).accuracy).toBe(1);
  });

  it('stops and goes on to the very same weights', async () => {
    const straight = await (await trained()).toBytes();
    const stop = new AbortController();
    const classifier = SequenceClassifier.create(train, small);
    let saved: Uint8Array | undefined;
    const save = async (now: SequenceClassifier): Promise<void> => {
      saved = await now.toBytes();
    };
    for await (const event of classifier.fit(train, { signal: stop.signal, save })) {
      if (event.kind === 'step' && event.step === 25) stop.abort();
    }
    expect([classifier.finished, classifier.epoch]).toEqual([false, 1]);
    const loaded = await SequenceClassifier.fromBytes(saved!);
    await expect(loaded.fit([...train].reverse()).next()).rejects.toThrow(
      /classifier: training stopped in epoch 1 on other texts than these 300/,
    );
    for (const stopped of [loaded, classifier]) {
      for await (const _ of stopped.fit(train));
      expect(await stopped.toBytes()).toEqual(straight);
    }
  });

  it('computes on the backend that it was moved to, and gives its memory back', async () => {
    const home = await init(cpu());
    const classifier = await trained({ epochs: 1 }, train.slice(0, 40));
    const texts = dev.map(({ text }) => text);
    const here = await classifier.predict(texts);
    const oracle = await init(reference());
    useBackend(home);
    const there = await (await classifier.to(oracle)).predict(texts);
    expect(home.memory().liveStorages).toBe(0);
    expect(there.map(({ label }) => label)).toEqual(here.map(({ label }) => label));
    for (const [index, { probability }] of there.entries())
      expect(probability).toBeCloseTo(here[index]!.probability, 4);
    classifier.dispose();
    expect(oracle.memory().liveStorages).toBe(0);
    await expect(classifier.predict(['call anna'])).rejects.toThrow(/was disposed/);
  });

  it('shows what it consists of', () => {
    const table = SequenceClassifier.create(train, { ...small, pooling: 'attention' }).summary();
    expect(table).toContain('rnn (Stacked)');
    expect(table).toContain('attention (AttentionPooling)');
  });
});
