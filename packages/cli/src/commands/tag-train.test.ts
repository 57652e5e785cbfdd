import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaggedSentence } from '@ostinato/data';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  launch,
  ostinato,
  outcomeOf,
  sentences,
  temporaryFolder,
  tiny,
  writeSlotFolder,
} from '../testing.js';

const train = ['tag', 'train', '--train', 'data', '--out', 'model', ...tiny];

/** A folder in which `data` and `dev` are. */
async function workplace(): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  const all = sentences(60);
  await writeSlotFolder(join(folder, 'data'), all.slice(0, 48));
  await writeSlotFolder(join(folder, 'dev'), all.slice(48));
  return folder;
}

describe('a training', () => {
  test('tells each epoch on standard error, and the result with the next commands on standard output', async () => {
    const folder = await workplace();
    const { status, stdout, stderr } = await ostinato([...train, '--dev', 'dev'], folder);
    expect(stderr).toMatch(
      /^epoch 1\/2 {2}loss \d+\.\d{4} {2}slot F1 \d+\.\d\d {2}[\d,]+ sentences\/s {2}\d+:\d\d left\nepoch 2\/2 .* 0:00 left\n$/,
    );
    expect(stdout).toMatch(
      /^Learnt from 48 sentences in 0:\d\d\.\nOn dev: slot F1 \d+\.\d\d .*intent accuracy/,
    );
    expect(stdout).toContain('npx pnpm ostinato tag eval model dev\n');
    expect(stdout).toContain('npx pnpm ostinato tag predict model "');
    expect(status).toBe(0);
  });

  test('without arguments learns the embedded requests for flights', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const { status, stdout } = await ostinato(['tag', 'train', ...tiny, '--epochs', '1'], folder);
    expect(stdout).toMatch(/^Learnt from 3,000 sentences .*\nOn the development part: slot F1 \d/);
    expect(stdout).toContain('npx pnpm ostinato tag eval tagger.ostinato\n');
    expect(status).toBe(0);
    const report = await ostinato(['tag', 'eval', 'tagger.ostinato', '--json'], folder);
    expect(JSON.parse(report.stdout)).toMatchObject({ sentences: 500 });
  });

  test('refuses --dev without --train', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const { status, stdout, stderr } = await ostinato(['tag', 'train', '--dev', 'x', ...tiny], folder);
    expect(stderr).toMatch(/^error: --dev needs --train; /);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('with --json writes one JSON object to standard output, and nothing else', async () => {
    const folder = await workplace();
    const { status, stdout } = await ostinato([...train, '--dev', 'dev', '--json'], folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      out: 'model',
      epochs: 2,
      sentences: 48,
      seconds: expect.any(Number),
      loss: expect.any(Number),
      dev: {
        slotF1: expect.any(Number),
        precision: expect.any(Number),
        recall: expect.any(Number),
        tokenAccuracy: expect.any(Number),
        intentAccuracy: expect.any(Number),
        sentences: 12,
        bySlot: expect.objectContaining({ destination: expect.objectContaining({ f1: expect.any(Number) }) }),
      },
    });
    expect(await readdir(folder)).toEqual(['data', 'dev', 'model']);
  });

  test.each([
    ['gru', 'cpu'],
    ['elman', 'reference'],
  ])('runs with cell %s on backend %s, on a CoNLL file, without dev and intents', async (cell, backend) => {
    const folder = await temporaryFolder(onTestFinished);
    await writeFile(join(folder, 'data'), 'to O\ntaipei B-destination\n\nfrom O\nparis B-departure\n');
    const words = [
      ...train,
      '--cell',
      cell,
      '--backend',
      backend,
      '--layers',
      '2',
      '--dropout',
      '0',
      '--json',
    ];
    const { status, stdout } = await ostinato(words, folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sentences: 2, dev: null });
  });

  test('with --crf learns transitions of tags, which --no-crf leaves out', async () => {
    const folder = await workplace();
    const files = ['with', 'without'];
    for (const [index, flag] of ['--crf', '--no-crf'].entries()) {
      const words = [...train, '--dev', 'dev', flag, '--json', '--out', files[index]!];
      const { status, stdout } = await ostinato(words, folder);
      expect(status).toBe(0);
      expect(JSON.parse(stdout).dev.slotF1).toEqual(expect.any(Number));
    }
    const [judging, plain] = await Promise.all(files.map((name) => readFile(join(folder, name))));
    expect([judging!, plain!].map((bytes) => bytes.includes('crf.transitions'))).toEqual([true, false]);
  });

  test('gives the same model for the same seed, and replaces a model', async () => {
    const folder = await workplace();
    await ostinato(train, folder);
    const first = await readFile(join(folder, 'model'));
    await ostinato([...train, '--seed', '2'], folder);
    const other = await readFile(join(folder, 'model'));
    await ostinato(train, folder);
    expect(other.equals(first)).toBe(false);
    expect((await readFile(join(folder, 'model'))).equals(first)).toBe(true);
  });
});

describe('bad data', () => {
  const [sentence] = sentences(1) as [TaggedSentence];
  const words = sentence.words.join(' ');
  const tags = sentence.tags.join(' ');

  test.each<[string, Record<string, string | Uint8Array>, string]>([
    ['a missing folder', {}, 'data: no such file or folder; expected a folder with seq.in and seq.out'],
    ['a folder without seq.out', { 'seq.in': words }, `${join('data', 'seq.out')}: the file is missing`],
    [
      'seq.in and seq.out of different length',
      { 'seq.in': `${words}\n${words}\n`, 'seq.out': `${tags}\n` },
      `${join('data', 'seq.in')}:2: ${join('data', 'seq.in')} has 2 lines, ${join('data', 'seq.out')} has 1`,
    ],
    [
      'a line with different numbers of words and labels',
      { 'seq.in': `${words}\n${words} now\n`, 'seq.out': `${tags}\n${tags}\n` },
      `${join('data', 'seq.out')}:2: ${sentence.tags.length} labels for ${sentence.words.length + 1} words`,
    ],
    ['an empty file', { 'seq.in': '', 'seq.out': '' }, `${join('data', 'seq.in')}: the file is empty`],
    [
      'a file that is not UTF-8',
      { 'seq.in': new Uint8Array([0x74, 0x6f, 0x0a, 0xe9, 0x0a]), 'seq.out': 'O\nO\n' },
      `${join('data', 'seq.in')}:2: not UTF-8`,
    ],
    ['a label that is none', { 'seq.in': 'to', 'seq.out': 'destination' }, "'destination' is not a BIO tag"],
  ])('%s: exit status 1 and one message', async (_, files, message) => {
    const folder = await temporaryFolder(onTestFinished);
    if (Object.keys(files).length > 0) await mkdir(join(folder, 'data'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, 'data', name), content);
    const { status, stdout, stderr } = await ostinato(train, folder);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(existsSync(join(folder, 'model'))).toBe(false);
  });

  test('--verbose adds the stack trace', async () => {
    const { status, stderr } = await ostinato([...train, '--verbose'], await temporaryFolder(onTestFinished));
    expect(stderr).toMatch(/^error: DataError: data: no such file[^\n]+\n\s+at /);
    expect(status).toBe(1);
  });
});

describe('a path that no model can be written to is found before anything is read', () => {
  const root = process.getuid?.() === 0;

  test.each<[string, string, string]>([
    ['a missing folder', join('nowhere', 'model'), 'there is no folder nowhere; make it first'],
    ['a file as folder', join('note', 'model'), 'there is no folder note'],
    ['a folder', 'folder', 'this is a folder; give the name of a file, such as'],
    ['a file that is no model', 'note', 'the file exists and is no model that could be replaced'],
    ...(process.platform === 'win32'
      ? []
      : [['a device', '/dev/null', 'this is no ordinary file'] satisfies [string, string, string]]),
  ])('%s', async (_, out, message) => {
    const folder = await temporaryFolder(onTestFinished);
    await mkdir(join(folder, 'folder'));
    await writeFile(join(folder, 'note'), 'buy milk');
    const { status, stdout, stderr } = await ostinato(
      ['tag', 'train', '--train', 'none', '--out', out],
      folder,
    );
    expect(stderr).toContain(`error: --out ${out}: ${message}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(await readFile(join(folder, 'note'), 'utf8')).toBe('buy milk');
  });

  test.skipIf(root)('a folder without permission (skipped for root, who may do everything)', async () => {
    const folder = await temporaryFolder(onTestFinished);
    await mkdir(join(folder, 'locked'), { mode: 0o500 });
    const { status, stderr } = await ostinato([...train, '--out', join('locked', 'model')], folder);
    await chmod(join(folder, 'locked'), 0o700);
    expect(stderr).toContain('nothing can be written in the folder locked (EACCES)');
    expect(status).toBe(1);
  });

  test('an empty file is fine', async () => {
    const folder = await workplace();
    await writeFile(join(folder, 'model'), '');
    expect((await ostinato(train, folder)).status).toBe(0);
  });
});

describe('a stopped training', () => {
  const long = [
    'tag',
    'train',
    '--train',
    'data',
    '--dev',
    'dev',
    '--out',
    'model',
    ...tiny,
    '--epochs',
    '6',
  ];

  test.skipIf(process.platform === 'win32').each<['SIGINT' | 'SIGTERM', number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'by %s saves and says how to resume; resumed, it gives the model of one never stopped',
    async (signal, status) => {
      const folder = await workplace();
      const child = launch(long, folder);
      // Twice, as it comes from a terminal through other programs.
      child.stderr.once('data', () => {
        child.kill(signal);
        child.kill(signal);
      });
      const stopped = await outcomeOf(child);
      const resume = 'tag train --train data --out model --dev dev --resume';
      expect(stopped.stderr).toMatch(/Stopped in epoch [2-6] of 6; everything so far is saved in model\./);
      expect(stopped.stderr).toContain(`\n  npx pnpm ostinato ${resume}\n`);
      expect(stopped).toMatchObject({ status, stdout: '' });

      const predicted = await ostinato(['tag', 'predict', 'model', 'to taipei'], folder);
      expect(predicted.status).toBe(0);

      const careless = await ostinato(long, folder);
      expect(careless.stderr).toMatch(
        /was stopped after [1-5] of 6 epochs; go on with --resume, give another path/,
      );
      expect(careless.status).toBe(1);

      const resumed = await ostinato(resume.split(' '), folder);
      expect(resumed.stderr).not.toContain('epoch 1/6');
      expect(resumed.stderr).toContain('epoch 6/6');
      expect(resumed.status).toBe(0);

      expect((await ostinato([...long, '--out', 'straight'], folder)).status).toBe(0);
      const [model, straight] = await Promise.all(
        ['model', 'straight'].map((name) => readFile(join(folder, name))),
      );
      expect(model!.equals(straight!)).toBe(true);
    },
  );
});

describe('--resume', () => {
  test('without a model says so', async () => {
    const { status, stderr } = await ostinato([...train, '--resume'], await workplace());
    expect(stderr).toBe(
      'error: --resume: there is no model model to go on with; leave --resume out to begin one\n',
    );
    expect(status).toBe(1);
  });

  test('of a finished training says so and leaves the model alone; other settings are refused', async () => {
    const folder = await workplace();
    await ostinato(train, folder);
    const before = await readFile(join(folder, 'model'));
    const again = await ostinato([...train, '--resume', '--json'], folder);
    expect(again.stderr).toBe('model is trained already: 2 of 2 epochs are done.\n');
    expect(JSON.parse(again.stdout)).toMatchObject({ epochs: 2, loss: null });
    expect(again.status).toBe(0);
    expect((await readFile(join(folder, 'model'))).equals(before)).toBe(true);

    const contradicting = await ostinato([...train, '--resume', '--hidden', '16'], folder);
    expect(contradicting.stderr).toContain(
      '--hidden 16: model was begun with 12; leave --hidden out to go on',
    );
    expect(contradicting).toMatchObject({ status: 2, stdout: '' });

    const judging = await ostinato([...train, '--resume', '--crf'], folder);
    expect(judging.stderr).toContain('--crf: model was begun with --no-crf; leave --crf out to go on');
    expect(judging).toMatchObject({ status: 2, stdout: '' });
  });
});
