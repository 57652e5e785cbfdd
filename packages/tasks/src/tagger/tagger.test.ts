import { cpu } from '@ostinato/backend-cpu';
import { flights, type TaggedSentence } from '@ostinato/data';
import { init, useBackend } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeEach, describe, expect, it } from 'vitest';
import { SequenceTagger } from '../index.js';

const { train, dev } = flights({ train: 300, dev: 60, test: 20 });
const small = {
  hidden: 16,
  embed: 16,
  letters: 8,
  buckets: 200,
  epochs: 3,
  batch: 16,
  rate: 1e-2,
  dropout: 0.2,
};

beforeEach(async () => {
  await init(cpu());
});

async function trained(options = {}, sentences: readonly TaggedSentence[] = train): Promise<SequenceTagger> {
  const tagger = SequenceTagger.create(sentences, { ...small, ...options });
  for await (const _ of tagger.fit(sentences)) {
    // Only the result matters here.
  }
  return tagger;
}

describe('SequenceTagger', () => {
  it('learns, tells how it goes, and is the same after saving and loading', async () => {
    const { train, dev } = flights({ train: 800, dev: 60, test: 20 });
    const tagger = SequenceTagger.create(train, { ...small, hidden: 32, epochs: 8 });
    const before = await tagger.evaluate(dev);
    const kinds = new Set<string>();
    const losses: number[] = [];
    for await (const event of tagger.fit(train, { dev })) {
      kinds.add(event.kind);
      if (event.kind === 'epoch') losses.push(event.loss);
    }
    expect([...kinds].sort()).toEqual(['checkpoint', 'epoch', 'step', 'stopped']);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const after = await tagger.evaluate(dev);
    expect(before.slotF1).toBeLessThan(0.1);
    expect(after.slotF1).toBeGreaterThan(0.6);
    expect(after.intentAccuracy).toBeGreaterThan(0.5);
    expect(tagger.finished).toBe(true);
    const loaded = await SequenceTagger.fromBytes(await tagger.toBytes());
    const sentences = dev.map(({ words }) => words);
    expect(await loaded.predict(sentences)).toEqual(await tagger.predict(sentences));
    expect(loaded.finished).toBe(true);
    await expect(loaded.fit(train).next()).rejects.toThrow(/all 8 epochs are done/);
  });

  it.each(['gru', 'elman'] as const)('runs on %s, in layers, without intents', async (cell) => {
    const sentences = train.slice(0, 60).map(({ words, tags }) => ({ words, tags }));
    const tagger = await trained({ cell, layers: 2, epochs: 1, letters: 0 }, sentences);
    const [prediction] = await tagger.predict([['to', 'taipei']]);
    expect(prediction!.slots).toHaveLength(2);
    expect(prediction!.intent).toBeNull();
    expect((await tagger.evaluate(sentences)).intentAccuracy).toBeNull();
  });

  it('learns which tags follow each other, and keeps to the rules of BIO tags, with crf', async () => {
    const { train, dev } = flights({ train: 800, dev: 60, test: 20 });
    const tagger = await trained({ crf: true, hidden: 32, epochs: 8 }, train);
    const report = await tagger.evaluate(dev);
    expect(report.slotF1).toBeGreaterThan(0.6);
    expect(report.intentAccuracy).toBeGreaterThan(0.5);
    for (const { slots } of await tagger.predict(dev.map(({ words }) => words))) {
      for (const [index, slot] of slots.entries()) {
        const before = slots[index - 1] ?? 'O';
        if (slot.startsWith('I-')) expect([`B-${slot.slice(2)}`, slot]).toContain(before);
      }
    }
    const loaded = await SequenceTagger.fromBytes(await tagger.toBytes());
    expect(await loaded.evaluate(dev)).toEqual(report);
    expect(await loaded.predict([[], ['oslo']])).toEqual(await tagger.predict([[], ['oslo']]));
    expect(tagger.summary()).toContain('crf (CRF)');
  });

  it('that was saved before there was crf has none, whatever the default is', async () => {
    const tagger = await trained({ crf: false, epochs: 1 });
    const checkpoint = await tagger.toCheckpoint();
    const { settings, ...rest } = checkpoint.metadata as { settings: Record<string, unknown> };
    const { crf, ...earlier } = settings;
    expect(crf).toBe(false);
    const old = { ...checkpoint, metadata: { ...rest, settings: earlier } } as typeof checkpoint;
    const loaded = SequenceTagger.fromCheckpoint(old);
    expect(loaded.settings.crf).toBe(false);
    const words = dev.map((sentence) => sentence.words);
    expect(await loaded.predict(words)).toEqual(await tagger.predict(words));
  });

  it('keeps the order of sentences, answers empty ones, and is not changed by what stands beside', async () => {
    const tagger = await trained({ epochs: 1 });
    const sentences = [...dev.slice(0, 10).map(({ words }) => words), [], ['oslo']];
    const together = await tagger.predict(sentences);
    expect(together.map(({ tokens }) => tokens)).toEqual(sentences);
    expect(together[10]).toEqual({ tokens: [], slots: [], spans: [], intent: null });
    for (const [index, words] of sentences.entries()) {
      expect((await tagger.predict([words]))[0]).toEqual(together[index]);
    }
    expect(await tagger.predict([])).toEqual([]);
  });

  it('counts labels that it has never seen as misses', async () => {
    const tagger = await trained({ epochs: 1 });
    const strange = dev.slice(0, 5).map(({ words, tags }) => ({
      words,
      tags: tags.map(() => 'B-never_seen'),
      intent: 'never seen',
    }));
    const report = await tagger.evaluate(strange);
    expect(report.recall).toBe(0);
    expect(report.intentAccuracy).toBe(0);
    expect(report.bySlot.never_seen!.gold).toBeGreaterThan(0);
  });

  it('starts from the seed', async () => {
    const bytes = async (seed: number) =>
      (await SequenceTagger.create(train, { ...small, seed }).toBytes()).join();
    expect(await bytes(3)).toBe(await bytes(3));
    expect(await bytes(3)).not.toBe(await bytes(4));
  });

  it('computes on the backend that it was moved to, whatever the current one is', async () => {
    const home = await init(cpu());
    const sentences = train.slice(0, 40);
    const words = dev.map((sentence) => sentence.words);
    const options = { ...small, hidden: 8, epochs: 2 };
    const [stays, moves] = [0, 1].map(() => SequenceTagger.create(sentences, options)) as [
      SequenceTagger,
      SequenceTagger,
    ];
    const other = await init(cpu());
    useBackend(home);
    await moves.to(other);
    for (const tagger of [stays, moves]) for await (const _ of tagger.fit(sentences, { dev }));
    expect(await moves.toBytes()).toEqual(await stays.toBytes());
    const predictions = await stays.predict(words);
    expect(await moves.predict(words)).toEqual(predictions);
    expect(moves.summary()).toBe(stays.summary());
    const oracle = await init(reference());
    useBackend(home);
    expect(await (await stays.to(oracle)).predict(words)).toEqual(predictions);
    expect(oracle.memory().liveStorages).toBeGreaterThan(0);
  });

  it('gives its memory back', async () => {
    const backend = await init(cpu());
    const sentences = train.slice(0, 20);
    const tagger = await trained({ epochs: 1 }, sentences);
    const alive = backend.memory().liveStorages;
    await tagger.evaluate(sentences);
    expect(backend.memory().liveStorages).toBe(alive);
    tagger.dispose();
    expect(backend.memory().liveStorages).toBe(0);
    await expect(tagger.predict([['to', 'taipei']])).rejects.toThrow(/was disposed/);
  });

  it('learns from sentences some of which are empty', async () => {
    const some = [...train.slice(0, 5), { words: [], tags: [] }, { words: [], tags: [] }];
    const tagger = await trained({ epochs: 1, batch: 1 }, some);
    expect(tagger.finished).toBe(true);
  });

  it('knows the words that it was made for', () => {
    const tagger = SequenceTagger.create([{ words: ['AP/57'], tags: ['O'] }], small);
    expect([tagger.knows('AP/57'), tagger.knows('ap')]).toEqual([true, false]);
  });

  it('shows what it consists of', () => {
    expect(SequenceTagger.create(train, small).summary()).toContain('rnn (Stacked)');
  });
});
