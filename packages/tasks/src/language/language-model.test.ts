import { createHash } from 'node:crypto';
import { cpu } from '@ostinato/backend-cpu';
import { DataError, Random } from '@ostinato/data';
import { init } from '@ostinato/kernel';
import { CheckpointError, type FitEvent } from '@ostinato/train';
import { beforeEach, describe, expect, it } from 'vitest';
import { LanguageModel, type LanguageOptions, SequenceTagger } from '../index.js';

/** Sentences in which the last word says again what the first one was: a matter of memory. */
function sentences(count: number, seed: number): string[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const who = random.choice(['anna', 'ben', 'carl']);
    return [who, random.choice(['walks', 'runs']), 'says', who];
  });
}

const train = sentences(300, 1);
const dev = sentences(60, 2);
const small = { hidden: 24, layers: 1, epochs: 4, batch: 8, steps: 10, fullRate: 3, init: 0.3 };

beforeEach(async () => {
  await init(cpu());
});

async function fitted(model: LanguageModel, text = train): Promise<LanguageModel> {
  for await (const _ of model.fit(text));
  return model;
}

/** Says whether models are the same in every bit. */
const sealOf = async (model: LanguageModel): Promise<string> =>
  createHash('sha256')
    .update(await model.toBytes())
    .digest('hex');

const reload = async (model: LanguageModel): Promise<LanguageModel> =>
  LanguageModel.fromBytes(await model.toBytes());

describe('LanguageModel', () => {
  it('learns, tells perplexities, and is the same after saving and loading', async () => {
    const model = LanguageModel.create(train, { ...small, epochs: 12, fullRate: 10 });
    const before = await model.evaluate(dev);
    // Six words, the end of a sentence and OTHER: at first all are about equally likely.
    expect(before.perplexity).toBeGreaterThan(7);
    expect(before.perplexity).toBeLessThan(11);
    const seen: [loss: number, perplexity: number][] = [];
    for await (const event of model.fit(train, { dev })) {
      if (event.kind === 'epoch') seen.push([event.loss, event.metrics.perplexity!]);
    }
    const after = await model.evaluate(dev);
    // Of five tokens one is drawn of three and one of two: exp((ln 3 + ln 2) / 5) = 1.43 cannot be beaten. Who does not remember the
    // first word has to guess the last: exp((2 ln 3 + ln 2) / 5) = 1.78.
    expect(after.perplexity).toBeLessThan(1.6);
    expect(after).toMatchObject({ tokens: dev.flat().length + 60, unknown: 0 });
    expect(after.crossEntropy).toBeCloseTo(Math.log(after.perplexity), 9);
    expect(seen.at(-1)![1]).toBe(after.perplexity);
    expect(Math.exp(seen.at(-1)![0])).toBeLessThan(1.6);
    const loaded = await reload(model);
    expect(loaded.finished).toBe(true);
    expect(await loaded.evaluate(dev)).toEqual(after);
    await expect(loaded.fit(train).next()).rejects.toThrow(/all 12 epochs are done/);

    const [likeliest] = await model.predict(['ben', 'runs', 'says'], 1);
    expect(likeliest).toEqual({ word: 'ben', probability: expect.any(Number) });
    expect(likeliest!.probability).toBeGreaterThan(0.9);
    const all = await model.predict([], 9);
    expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(
      all
        .slice(0, 3)
        .map(({ word }) => word)
        .sort(),
    ).toEqual(['anna', 'ben', 'carl']);
    const written = await model.sample({ words: 40, temperature: 0.7, seed: 3 });
    expect(written).toHaveLength(40);
    expect(await loaded.sample({ words: 40, temperature: 0.7, seed: 3 })).toEqual(written);
    expect(written).toContain('<eos>');
    expect(await model.sample({ words: 2, prompt: ['carl', 'walks', 'says'], temperature: 0.1 })).toEqual([
      'carl',
      '<eos>',
    ]);
  });

  it('measures every token as one sequence, whatever windows and batches are: as one word after the other', async () => {
    const model = LanguageModel.create(train, { ...small, seed: 3 });
    const text = dev.slice(0, 5);
    let [total, before] = [0, [] as string[]];
    for (const word of text.flatMap((words) => [...words, '<eos>'])) {
      const all = await model.predict(before, model.words.length);
      total -= Math.log(all.find((each) => each.word === word)!.probability);
      before = [...before, word];
    }
    const { crossEntropy, tokens } = await model.evaluate(text);
    expect(crossEntropy).toBeCloseTo(total / tokens, 5);
  });

  it.each(['gru', 'elman', 'scrn'] as const)('runs on %s, in layers, with dropout', async (cell) => {
    const model = await fitted(
      LanguageModel.create(train, { ...small, cell, layers: 2, dropout: 0.2, rate: 0.3, epochs: 3 }),
    );
    expect((await model.evaluate(dev)).perplexity).toBeLessThan(5);
    expect(model.summary()).toContain('rnn (Stacked)');
  });

  it('reads words that it does not know as one', async () => {
    const rare = LanguageModel.create([...train, ['zoe', 'says', 'zoe'], ['yan', 'says', 'zoe']], {
      ...small,
      minCount: 3,
    });
    expect(rare.words).not.toContain('yan');
    expect(rare.words).toContain('zoe');
    expect(await rare.predict(['yan'])).toEqual(await rare.predict(['xia']));
    const prepared = LanguageModel.create([...train, ['<unk>', 'says']], small);
    expect(prepared.words.filter((word) => word.startsWith('<'))).toEqual(['<eos>', '<unk>']);
    expect(await prepared.predict(['xia'])).toEqual(await prepared.predict(['<unk>']));
    expect((await prepared.evaluate([['xia', 'says', '<unk>']])).unknown).toBe(1);
  });

  it('with the schedule plateau needs a development part, and keeps the best epoch', async () => {
    const options = { ...small, schedule: 'plateau', rate: 2, epochs: 6 } as const;
    await expect(LanguageModel.create(train, options).fit(train).next()).rejects.toThrow(
      "the schedule 'plateau' needs a development part",
    );
    const model = LanguageModel.create(train, options);
    const seen: number[] = [];
    for await (const event of model.fit(train, { dev })) {
      if (event.kind === 'epoch') seen.push(event.metrics.perplexity!);
    }
    expect((await model.evaluate(dev)).perplexity).toBe(Math.min(...seen));
    expect((await (await reload(model)).evaluate(dev)).perplexity).toBe(Math.min(...seen));
  });

  it('gives its memory back', async () => {
    const backend = await init(cpu());
    const model = await fitted(LanguageModel.create(train, { ...small, epochs: 1 }));
    const alive = backend.memory().liveStorages;
    await model.evaluate(dev);
    await model.predict(['anna']);
    await model.sample({ words: 5 });
    expect(backend.memory().liveStorages).toBe(alive);
    model.dispose();
    expect(backend.memory().liveStorages).toBe(0);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a setting out of range',
      () => LanguageModel.create(train, { dropout: 1 }),
      /dropout must be in \[0, 1\), got 1/,
    ],
    [
      'an unknown cell',
      () => LanguageModel.create(train, { cell: 'rnn' as 'lstm' }),
      /cell must be one of lstm, gru/,
    ],
    ['no words', () => LanguageModel.create([[]]), /LanguageModel.create: there are no words/],
    ['text as text', () => LanguageModel.create(['to be' as never]), /sentence 0 must be a list of words/],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('refuses too little text for its rows, and files of other models', async () => {
    const model = LanguageModel.create(train, { ...small, batch: 5000 });
    await expect(model.fit(train).next()).rejects.toThrow(DataError);
    const tagger = SequenceTagger.create([{ words: ['to'], tags: ['O'] }]);
    expect(() => LanguageModel.fromCheckpoint({ weights: new Map(), metadata: { task: 'tagger' } })).toThrow(
      /not the model of a language model \(task: expected 'language', got "tagger"\)/,
    );
    await expect(LanguageModel.fromBytes(await tagger.toBytes())).rejects.toThrow(CheckpointError);
  });
});

describe('a training that is stopped', () => {
  const until = async (model: LanguageModel, wanted: (event: FitEvent) => boolean): Promise<void> => {
    for await (const event of model.fit(train, { dev })) if (wanted(event)) break;
  };

  it.each<[name: string, options: LanguageOptions]>([
    ['lstm', small],
    ['two layers of scrn', { ...small, cell: 'scrn', layers: 2 }],
  ])(
    'by a signal in the middle of an epoch goes on with the carried state of %s, to the very same weights',
    async (_, options) => {
      const straight = await sealOf(await fitted(LanguageModel.create(train, options)));
      const model = LanguageModel.create(train, options);
      const stop = new AbortController();
      let saved: Uint8Array | undefined;
      const save = async (now: LanguageModel): Promise<void> => {
        saved = await now.toBytes();
      };
      for await (const event of model.fit(train, { signal: stop.signal, save })) {
        if (event.kind === 'step' && event.epoch === 1 && event.epochStep === 7) stop.abort();
      }
      expect([model.epoch, model.finished]).toEqual([1, false]);
      const loaded = await LanguageModel.fromBytes(saved!);
      expect(await loaded.evaluate(dev)).toEqual(await model.evaluate(dev));
      expect(await sealOf(await fitted(loaded))).toBe(straight);
      expect(await sealOf(await fitted(model))).toBe(straight);
    },
  );

  it('by leaving the loop goes on from the last epoch, and refuses another text', async () => {
    const straight = await sealOf(await fitted(LanguageModel.create(train, small)));
    const model = LanguageModel.create(train, small);
    await until(model, (event) => event.kind === 'step' && event.epoch === 2);
    const loaded = await reload(model);
    expect([model.epoch, loaded.epoch]).toEqual([2, 2]);
    await expect(loaded.fit(dev).next()).rejects.toThrow(/stopped in epoch 2 on other tokens than these 300/);
    expect(await sealOf(await fitted(loaded))).toBe(straight);
    expect(await sealOf(await fitted(model))).toBe(straight);
  });
});
