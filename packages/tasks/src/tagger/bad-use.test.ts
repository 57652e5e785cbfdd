import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from '@ostinato/backend-cpu';
import { DataError, type TaggedSentence } from '@ostinato/data';
import { init, OstinatoError, useBackend } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError, type Json } from '@ostinato/train';
import { saveCheckpoint } from '@ostinato/train/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SequenceTagger, taggerDefaults } from '../index.js';
import { loadTagger, saveTagger } from '../node.js';

const good: TaggedSentence = { words: ['to', 'taipei'], tags: ['O', 'B-to'], intent: 'fly' };
const long: TaggedSentence = {
  words: 'i want to fly to taipei'.split(' '),
  tags: ['O', 'O', 'O', 'O', 'B-to'],
};
const settings = { hidden: 2, embed: 2, letters: 2, buckets: 5, epochs: 1 };
const create = (sentences: readonly TaggedSentence[] = [good]): SequenceTagger =>
  SequenceTagger.create(sentences, settings);
/** What TypeScript would not let through, but JavaScript does. */
const untyped = <T>(value: unknown): T => value as T;

beforeAll(async () => {
  await init(cpu());
});

describe('sentences that cannot be used', () => {
  it('are named by create, fit and evaluate', async () => {
    const message = "sentence 1 ('i want to fly to ...') has 6 words but 5 tags; give each word one tag";
    const tagger = create();
    expect(() => create([good, long])).toThrow(DataError);
    expect(() => create([good, long])).toThrow(`SequenceTagger.create: ${message}`);
    await expect(tagger.fit([good, long]).next()).rejects.toThrow(`SequenceTagger.fit: ${message}`);
    const withDev = tagger.fit([good], { dev: [good, long] });
    await expect(withDev.next()).rejects.toThrow(`SequenceTagger.fit: dev: ${message}`);
    await expect(tagger.evaluate([good, long])).rejects.toThrow(`SequenceTagger.evaluate: ${message}`);
  });

  it('are named by predict', async () => {
    const tagger = create();
    const refusal = (sentences: unknown): Promise<unknown> =>
      tagger.predict(untyped(sentences)).then(
        () => undefined,
        (error) => error,
      );
    const text = await refusal([['to'], 'to taipei']);
    expect(text).toBeInstanceOf(DataError);
    expect((text as Error).message).toBe(
      "SequenceTagger.predict: sentence 1 is the string 'to taipei'; give a list of words: tokenize of @ostinato/data cuts text into them",
    );
    expect(String(await refusal('to taipei'))).toMatch(/sentences must be an array, got 'to taipei'/);
    expect(String(await refusal([7]))).toMatch(/sentence 0 must be a list of words, got 7/);
    expect(String(await refusal([['to', undefined]]))).toMatch(
      /sentence 0: word 1 must be a string, got undefined/,
    );
  });

  it('are refused in other forms', () => {
    expect(() => create(untyped([good, ['to', 'taipei']]))).toThrow(
      /sentence 1 must be { words, tags } with two lists, got an array of 2/,
    );
    expect(() => create(untyped([{ ...good, words: 'to taipei' }]))).toThrow(
      /sentence 0 must be { words, tags }/,
    );
    expect(() => create(untyped([{ ...good, tags: ['O', 1] }]))).toThrow(/tag 1 must be a string, got 1/);
    expect(() => create(untyped(good))).toThrow(
      /sentences must be an array, got an object with words, tags, intent/,
    );
  });

  it('are refused where they hold nothing to learn', async () => {
    expect(() => create([])).toThrow(/there are no sentences to learn from/);
    expect(() => create([{ words: [], tags: [] }])).toThrow(/only empty sentences to learn from/);
    await expect(create().fit([]).next()).rejects.toThrow(/SequenceTagger.fit: there are no sentences/);
  });

  it('are refused by fit where create has not seen their labels', async () => {
    const tagger = create();
    await expect(tagger.fit([good, { ...good, tags: ['O', 'B-from'] }]).next()).rejects.toThrow(
      "SequenceTagger.fit: sentence 1 ('to taipei') has the tag 'B-from', which no sentence given to create has",
    );
    await expect(tagger.fit([{ ...good, intent: 'eat' }]).next()).rejects.toThrow(/has the intent 'eat'/);
    // Nothing has begun: the tagger is as it was.
    expect(tagger.epoch).toBe(0);
    for await (const _ of tagger.fit([good]));
    expect(tagger.finished).toBe(true);
  });
});

describe('settings', () => {
  it('are refused outside their ranges', () => {
    const make = (options: object) => () => SequenceTagger.create([good], { ...settings, ...options });
    expect(make({ hidden: 0 })).toThrow(OstinatoError);
    expect(make({ hidden: 0 })).toThrow(/hidden must be a whole number from 1, got 0/);
    expect(make({ layers: 1.5 })).toThrow(/layers must be a whole number from 1, got 1.5/);
    expect(make({ dropout: 1 })).toThrow(/dropout must be in \[0, 1\)/);
    expect(make({ cell: 'rnn' })).toThrow(/cell must be lstm, gru or elman, got rnn/);
    expect(make({ crf: 'yes' })).toThrow(/crf must be true or false, got yes/);
    expect(make({ rate: Number.NaN })).toThrow(/rate must be a positive number, got NaN/);
    expect(taggerDefaults.epochs).toBeGreaterThan(0);
  });
});

describe('checkpoints that do not fit', () => {
  let folder: string;
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostinato-tasks-'));
    checkpoint = await create().toCheckpoint();
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const changed = (change: (metadata: Record<string, object>) => object): Checkpoint => ({
    ...checkpoint,
    metadata: { ...(checkpoint.metadata as object), ...change(checkpoint.metadata as never) } as Json,
  });
  const cases: [string, () => Checkpoint, RegExp][] = [
    ['no metadata', () => ({ weights: checkpoint.weights }), /not the model of a tagger/],
    ['another task', () => changed(() => ({ task: 'translator' })), /not the model of a tagger \(task/],
    ['no weights', () => ({ ...checkpoint, weights: new Map() }), /words.weight is missing/],
    ['other sizes', () => changed(({ settings }) => ({ settings: { ...settings, hidden: 3 } })), /has shape/],
    [
      'bad settings',
      () => changed(({ settings }) => ({ settings: { ...settings, hidden: 0 } })),
      /hidden must be/,
    ],
    [
      'bad vocabulary',
      () => changed(({ tags }) => ({ tags: { ...tags, counts: [] } })),
      /2 tokens but 0 counts/,
    ],
    [
      'no tags',
      () => changed(({ tags }) => ({ tags: { ...tags, tokens: [], counts: [] } })),
      /outputSize must be/,
    ],
    ['a bad epoch', () => changed(() => ({ epoch: -1 })), /epoch: expected a whole number from 0, got -1/],
    [
      'a setting of another type',
      () => changed(({ settings }) => ({ settings: { ...settings, dropout: '0.5' } })),
      /settings.dropout: expected a number, got "0.5"/,
    ],
    [
      'a missing setting',
      () => changed(({ settings }) => ({ settings: { ...settings, rate: undefined } })),
      /settings.rate: expected a number, got undefined/,
    ],
    ['no vocabulary', () => changed(() => ({ words: null })), /words: expected an object, got null/],
    ['bad neighbours', () => changed(() => ({ neighbours: ['O', 1] })), /neighbours: expected an array of/],
    ['a bad fingerprint', () => changed(() => ({ fingerprint: 'x' })), /fingerprint: expected a number/],
  ];

  it.each(cases)('are refused with the path: %s', async (_, make, message) => {
    expect(() => SequenceTagger.fromCheckpoint(make())).toThrow(CheckpointError);
    expect(() => SequenceTagger.fromCheckpoint(make())).toThrow(message);
    const path = join(folder, 'model.ostinato');
    await saveCheckpoint(path, make());
    const error = await loadTagger(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  });

  it('are refused as bytes too', async () => {
    await expect(SequenceTagger.fromBytes(new Uint8Array(4))).rejects.toThrow(CheckpointError);
  });

  it('are not blamed for a backend that is missing', async () => {
    const path = join(folder, 'good.ostinato');
    await saveTagger(create(), path);
    const backend = useBackend(untyped(undefined));
    expect(backend).toBeUndefined();
    const error = await loadTagger(path).catch((caught: unknown) => caught);
    await init(cpu());
    expect(error).not.toBeInstanceOf(CheckpointError);
    expect(String(error)).toMatch(/no backend is running/);
    expect((await loadTagger(path)).finished).toBe(false);
  });
});
