import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ostinato, sentences, sharedFolder, tiny, writeSlotFolder } from '../testing.js';

let folder: string;
beforeAll(async () => {
  const [made, cleanup] = await sharedFolder();
  folder = made;
  await writeSlotFolder(join(folder, 'data'), sentences(60));
  const train = ['tag', 'train', '--train', 'data', '--out', 'model', ...tiny, '--epochs', '12'];
  expect(await ostinato(train, folder)).toMatchObject({ status: 0 });
  return cleanup;
});

async function evaluateJson(path: string): Promise<Record<string, unknown>> {
  const { status, stdout } = await ostinato(['tag', 'eval', 'model', path, '--json'], folder);
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

describe('tag eval', () => {
  test('prints a table: the whole, then each slot, the most frequent first', async () => {
    const { status, stdout, stderr } = await ostinato(['tag', 'eval', 'model', 'data'], folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^60 sentences, in percent\n\nslot F1 +\d+\.\d\d\nprecision/);
    expect(stdout).toMatch(/intent accuracy +\d+\.\d\d\n/);
    expect(stdout).toMatch(/\nslot +F1 +precision +recall +count\ndestination +\d/);
  });

  test('with --json prints one object with fractions', async () => {
    const report = await evaluateJson('data');
    expect(Object.keys(report).sort()).toEqual(
      ['slotF1', 'precision', 'recall', 'tokenAccuracy', 'intentAccuracy', 'sentences', 'bySlot'].sort(),
    );
    expect(report).toMatchObject({ sentences: 60, bySlot: { destination: { f1: expect.any(Number) } } });
    expect(report.slotF1).toBeGreaterThan(0);
    expect(report.slotF1).toBeLessThanOrEqual(1);
  });

  test('counts labels that the model has never seen as misses', async () => {
    const renamed = sentences(60).map(({ words, tags }) => ({
      words,
      tags: tags.map((tag) => (tag === 'O' ? tag : `${tag}-new`)),
      intent: 'new',
    }));
    await writeSlotFolder(join(folder, 'unseen'), renamed);
    const report = await evaluateJson('unseen');
    expect(report).toMatchObject({ slotF1: 0, recall: 0, intentAccuracy: 0, sentences: 60 });
    expect(report.bySlot).toHaveProperty('destination-new');
  });

  test('gives null for the accuracy of intents where there are none', async () => {
    await writeFile(join(folder, 'data.conll'), 'to O\ntaipei B-destination\n');
    expect(await evaluateJson('data.conll')).toMatchObject({ intentAccuracy: null, sentences: 1 });
  });
});

describe('a bad model file: exit status 1 and one message', () => {
  const name = 'bad';
  /** The model with something done to its bytes. */
  async function changed(change: (bytes: Buffer) => Uint8Array | string): Promise<void> {
    await writeFile(join(folder, name), change(await readFile(join(folder, 'model'))));
  }

  test.each<[string, (bytes: Buffer) => Uint8Array | string, RegExp]>([
    ['truncated in its numbers', (bytes) => bytes.subarray(0, bytes.length - 100), /bad: .*cut off/],
    ['truncated in its header', (bytes) => bytes.subarray(0, 100), /bad: .*cut off/],
    [
      'a byte of its numbers changed',
      (bytes) => flipped(bytes, bytes.length - 9),
      /bad: .*(damaged|changed)/,
    ],
    [
      'a word of its vocabulary changed',
      (bytes) => replaced(bytes, 'destination', 'destinatiom'),
      /bad: .*(damaged|changed)/,
    ],
    [
      'of a newer version',
      (bytes) => replaced(bytes, '"formatVersion":"1"', '"formatVersion":"9"'),
      /bad: .*version 9.*update/,
    ],
    ['empty', () => '', /bad: /],
    ['a text', () => 'buy milk and bread', /bad: /],
  ])('%s', async (_, change, message) => {
    await changed(change);
    const { status, stdout, stderr } = await ostinato(['tag', 'eval', name, 'data'], folder);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  test.each([
    ['missing', 'nothing', /nothing.*does not exist/],
    ['a folder', 'data', /data.*folder/],
  ])('%s', async (_, model, message) => {
    const { status, stdout, stderr } = await ostinato(['tag', 'eval', model, 'data'], folder);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Changes a text within bytes to another one of the same length. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  const copy = Buffer.from(bytes);
  copy.write(to, at);
  return copy;
}
