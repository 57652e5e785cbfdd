import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpu } from '@ostinato/backend-cpu';
import { DataError, type LabelledText } from '@ostinato/data';
import { init, OstinatoError } from '@ostinato/kernel';
import { type Checkpoint, CheckpointError, type Json } from '@ostinato/train';
import { saveCheckpoint } from '@ostinato/train/node';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { classifierDefaults, SequenceClassifier, SequenceTagger } from '../index.js';
import { loadClassifier, saveClassifier, saveTagger } from '../node.js';

const good: LabelledText[] = [
  { text: 'what a film', label: 'good' },
  { text: 'what a bore', label: 'bad' },
];
const settings = { hidden: 2, embed: 2, letters: 2, buckets: 5, epochs: 1 };
const create = (texts: readonly LabelledText[] = good): SequenceClassifier =>
  SequenceClassifier.create(texts, settings);
/** What TypeScript would not let through, but JavaScript does. */
const untyped = <T>(value: unknown): T => value as T;

beforeAll(async () => {
  await init(cpu());
});

describe('texts that cannot be used', () => {
  it('are named by create, fit and evaluate', async () => {
    const bad = untyped<LabelledText[]>([...good, { text: 'no label' }]);
    const message = 'text 2 must be { text, label } with two strings, got an object with text';
    const classifier = create();
    expect(() => create(bad)).toThrow(DataError);
    expect(() => create(bad)).toThrow(`SequenceClassifier.create: ${message}`);
    await expect(classifier.fit(bad).next()).rejects.toThrow(`SequenceClassifier.fit: ${message}`);
    await expect(classifier.fit(good, { dev: bad }).next()).rejects.toThrow(
      `SequenceClassifier.fit: dev: ${message}`,
    );
    await expect(classifier.evaluate(bad)).rejects.toThrow(`SequenceClassifier.evaluate: ${message}`);
    expect(() => create(untyped('what a film'))).toThrow(/texts must be an array, got 'what a film'/);
  });

  it('are named by predict', async () => {
    const classifier = create();
    await expect(classifier.predict(untyped('what a film'))).rejects.toThrow(
      "SequenceClassifier.predict: texts must be an array, got 'what a film'",
    );
    await expect(classifier.predict(untyped(['yes', ['what', 'a', 'film']]))).rejects.toThrow(
      'text 1 must be a string, got an array of 3',
    );
  });

  it('are refused where they hold nothing to tell apart', async () => {
    expect(() => create([])).toThrow(/there are no texts; give texts of two labels or more/);
    expect(() => create([good[0]!, good[0]!])).toThrow(/all texts have the label 'good'/);
    await expect(create().fit([]).next()).rejects.toThrow(/SequenceClassifier.fit: there are no texts/);
  });

  it('are refused by fit where create has not seen their label', async () => {
    const classifier = create();
    await expect(
      classifier.fit([...good, { text: 'it is neither good nor bad, I think', label: 'so-so' }]).next(),
    ).rejects.toThrow(
      "SequenceClassifier.fit: text 2 ('it is neither good nor bad, I ...') has the label 'so-so', which no text given to create has",
    );
    // Nothing has begun: the classifier is as it was.
    expect(classifier.epoch).toBe(0);
    for await (const _ of classifier.fit(good));
    expect(classifier.finished).toBe(true);
  });
});

describe('settings', () => {
  it('are refused outside their ranges', () => {
    const make = (options: object) => () => SequenceClassifier.create(good, { ...settings, ...options });
    expect(make({ hidden: 0 })).toThrow(OstinatoError);
    expect(make({ hidden: 0 })).toThrow('classifier: hidden must be a whole number from 1, got 0');
    expect(make({ pooling: 'first' })).toThrow(/pooling must be last, mean, max or attention, got first/);
    expect(make({ unit: 'sentence' })).toThrow(/unit must be word or character, got sentence/);
    expect(make({ uniformWordDropout: 1 })).toThrow(/uniformWordDropout must be in \[0, 1\), got 1/);
    expect(classifierDefaults.epochs).toBeGreaterThan(0);
  });
});

describe('files that do not fit', () => {
  it.each<[string, (metadata: Record<string, object>) => object, RegExp]>([
    ['another task', () => ({ task: 'translator' }), /not the model of a classifier \(task: expected 'class/],
    ['no labels', ({ labels }) => ({ labels: { ...labels, tokens: [], counts: [] } }), /outputSize must be/],
    ['other sizes', ({ settings }) => ({ settings: { ...settings, hidden: 3 } }), /has shape/],
    [
      'a missing setting',
      ({ settings }) => ({ settings: { ...settings, pooling: undefined } }),
      /settings.pooling: expected a string, got undefined\); give a file that "ostinato classify train" wrote/,
    ],
  ])('are refused with the path: %s', async (_, change, message) => {
    const checkpoint = await create().toCheckpoint();
    const changed = {
      ...checkpoint,
      metadata: { ...(checkpoint.metadata as object), ...change(checkpoint.metadata as never) } as Json,
    } satisfies Checkpoint;
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-tasks-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'model.ostinato');
    await saveCheckpoint(path, changed);
    const error = await loadClassifier(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  });

  it('are told apart by their task', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ostinato-tasks-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'model.ostinato');
    const tagger = SequenceTagger.create([{ words: ['to', 'taipei'], tags: ['O', 'B-to'] }], settings);
    await saveTagger(tagger, path);
    await expect(loadClassifier(path)).rejects.toThrow(
      /not the model of a classifier \(task: expected 'classifier', got "tagger"\)/,
    );
    await saveClassifier(create(), path);
    expect((await loadClassifier(path)).labels).toEqual(['good', 'bad']);
  });
});
