import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requests } from '@ostinato/data';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launch, ostinato, outcomeOf, sharedFolder, temporaryFolder, tiny } from '../testing.js';

const { train, dev } = requests({ train: 60, dev: 12, test: 0 });
const linesOf = (texts: typeof train): string =>
  texts.map(({ label, text }) => `${label}\t${text}\n`).join('');

/** A folder in which `train.tsv` and `dev.tsv` are. */
async function workplace(folder?: string): Promise<string> {
  const place = folder ?? (await temporaryFolder(onTestFinished));
  await writeFile(join(place, 'train.tsv'), linesOf(train));
  await writeFile(join(place, 'dev.tsv'), linesOf(dev));
  return place;
}

const learn = ['classify', 'train', '--train', 'train.tsv', '--out', 'model', ...tiny];

let folder: string;
beforeAll(async () => {
  const [made, cleanup] = await sharedFolder();
  folder = await workplace(made);
  expect(await ostinato([...learn, '--epochs', '20'], folder)).toMatchObject({ status: 0 });
  return cleanup;
});

describe('classify train', () => {
  test('tells each epoch on standard error, and the result with the next commands on standard output', async () => {
    const folder = await workplace();
    const { status, stdout, stderr } = await ostinato([...learn, '--dev', 'dev.tsv'], folder);
    expect(stderr).toMatch(
      /^epoch 1\/2 {2}loss \d+\.\d{4} {2}accuracy \d+\.\d\d {2}[\d,]+ texts\/s {2}\d+:\d\d left\nepoch 2\/2 .* 0:00 left\n$/,
    );
    expect(stdout).toMatch(
      /^Learnt 9 labels from 60 texts in 0:\d\d\.\nOn dev\.tsv: accuracy \d+\.\d\d, macro F1 \d+\.\d\d\.\n/,
    );
    expect(stdout).toContain('npx pnpm ostinato classify eval model dev.tsv\n');
    expect(stdout).toContain('npx pnpm ostinato classify predict model "');
    expect(status).toBe(0);
  });

  test('without arguments learns the embedded requests', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const { status, stdout } = await ostinato(['classify', 'train', ...tiny, '--epochs', '1'], folder);
    expect(stdout).toMatch(/^Learnt 9 labels from 2,000 texts .*\nOn the development part: accuracy/);
    expect(stdout).toContain('npx pnpm ostinato classify eval classifier.ostinato\n');
    expect(status).toBe(0);
    const report = await ostinato(['classify', 'eval', 'classifier.ostinato', '--json'], folder);
    expect(JSON.parse(report.stdout)).toMatchObject({ texts: 500 });
  });

  test('--hold-out measures on texts that are not learnt from; --json prints one object', async () => {
    const folder = await workplace();
    const words = [...learn, '--hold-out', '10', '--pooling', 'attention', '--json'];
    const { status, stdout } = await ostinato(words, folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      out: 'model',
      epochs: 2,
      texts: 50,
      labels: expect.arrayContaining(['nothing']),
      seconds: expect.any(Number),
      loss: expect.any(Number),
      dev: {
        accuracy: expect.any(Number),
        macroF1: expect.any(Number),
        texts: 10,
        byLabel: expect.any(Object),
        confusion: { labels: expect.any(Array), counts: expect.any(Array) },
      },
    });
  });

  test('reads label, blank and text, in Latin-1 where told so, by characters', async () => {
    const folder = await temporaryFolder(onTestFinished);
    await writeFile(join(folder, 'train.tsv'), Buffer.from('0 café ?\n1 where\n0 thé\n1 how\n', 'latin1'));
    const refused = await ostinato(learn, folder);
    expect(refused.stderr).toMatch(/^error: train\.tsv:1: not UTF-8: [^\n]+\n$/);
    expect(refused.status).toBe(1);
    const words = [...learn, '--encoding', 'latin1', '--unit', 'character', '--cell', 'gru'];
    const { status, stdout } = await ostinato(words, folder);
    expect(stdout).toContain('classify eval model train.tsv --encoding latin1\n');
    expect(status).toBe(0);
  });

  test.each<[string, string[], number, string | RegExp]>([
    ['a missing file', ['--train', 'none'], 1, 'error: none: no such file; expected a file with a label'],
    ['a line without tab', ['--train', 'bad.tsv'], 1, 'error: bad.tsv:2: no tab between label and text'],
    ['one label', ['--train', 'one.tsv'], 1, "all texts have the label 'a'"],
    ['too many held out', ['--train', 'one.tsv', '--hold-out', '9'], 1, 'cannot take 9 of 2 away'],
    [
      '--dev beside --hold-out',
      ['--dev', 'x', '--hold-out', '9'],
      2,
      /option '--hold-out <n>' cannot be used/,
    ],
    ['--dev without --train', ['--dev', 'x'], 2, 'error: --dev needs --train'],
    [
      'an unknown pooling',
      ['--pooling', 'first'],
      2,
      /--pooling <name>.*Allowed choices are last, mean, max/,
    ],
    ['a folder to write to', ['--out', 'folder'], 1, join('folder', 'classifier.ostinato')],
  ])('refuses %s', async (_, words, status, message) => {
    const folder = await workplace();
    await mkdir(join(folder, 'folder'));
    await writeFile(join(folder, 'bad.tsv'), 'a\tyes\nb no\n');
    await writeFile(join(folder, 'one.tsv'), 'a\tyes\na\tno\n');
    const outcome = await ostinato(['classify', 'train', ...words, ...tiny], folder);
    expect(outcome.stderr.replace(/\s+/g, ' ')).toMatch(message);
    expect(outcome).toMatchObject({ status, stdout: '' });
  });

  test.skipIf(process.platform === 'win32')(
    'is stopped by SIGINT, says how to resume, and gives the model of one never stopped',
    async () => {
      const folder = await workplace();
      const long = [...learn, '--dev', 'dev.tsv', '--epochs', '6'];
      const child = launch(long, folder);
      child.stderr.once('data', () => child.kill('SIGINT'));
      const stopped = await outcomeOf(child);
      const resume = 'classify train --train train.tsv --dev dev.tsv --out model --resume';
      expect(stopped.stderr).toContain(`\n  npx pnpm ostinato ${resume}\n`);
      expect(stopped).toMatchObject({ status: 130, stdout: '' });

      const careless = await ostinato(long, folder);
      expect(careless.stderr).toMatch(/was stopped after [1-5] of 6 epochs; go on with --resume/);
      const other = await ostinato([...resume.split(' '), '--pooling', 'mean'], folder);
      expect(other.stderr).toContain(
        '--pooling mean: model was begun with max; leave --pooling out to go on',
      );
      expect(other.status).toBe(2);
      expect((await ostinato(resume.split(' '), folder)).status).toBe(0);
      expect((await ostinato([...long, '--out', 'straight'], folder)).status).toBe(0);
      const [model, straight] = await Promise.all(
        ['model', 'straight'].map((name) => readFile(join(folder, name))),
      );
      expect(model!.equals(straight!)).toBe(true);
    },
  );
});

describe('classify eval', () => {
  test('prints tables: the whole, each label, who was taken for whom', async () => {
    const { status, stdout, stderr } = await ostinato(['classify', 'eval', 'model', 'train.tsv'], folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^60 texts, in percent\n\naccuracy +\d+\.\d\d\nmacro F1 +\d+\.\d\d\n\nlabel +F1/);
    expect(stdout).toMatch(/\nright \\ given +\w+ .*\n\w+ +\d/);
  });

  test('refuses a model of another kind', async () => {
    await writeFile(join(folder, 'seq.conll'), 'to O\ntaipei B-destination\n');
    const tag = ['tag', 'train', '--train', 'seq.conll', '--out', 'tagger', ...tiny];
    expect(await ostinato(tag, folder)).toMatchObject({ status: 0 });
    const { status, stderr } = await ostinato(['classify', 'eval', 'tagger', 'dev.tsv'], folder);
    expect(stderr).toMatch(
      /^error: tagger: this is not the model of a classifier .*"ostinato classify train"/,
    );
    expect(status).toBe(1);
    const replaced = await ostinato([...learn, '--out', 'tagger'], folder);
    expect(replaced.stderr).toContain('--out tagger: the file exists and is no model that could be replaced');
  });
});

describe('classify predict', () => {
  test('labels arguments; --json prints an object per line', async () => {
    const texts = train.slice(0, 5).map(({ text }) => text);
    const { status, stdout } = await ostinato(['classify', 'predict', 'model', ...texts], folder);
    expect(status).toBe(0);
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines).toHaveLength(5);
    lines.forEach((line, index) => {
      expect(line).toMatch(/^[a-z]+ +\d+\.\d\d {2}/);
      expect(line.endsWith(`  ${texts[index]}`)).toBe(true);
    });
    const json = await ostinato(['classify', 'predict', 'model', '--json', texts[0]!], folder);
    const answer = JSON.parse(json.stdout);
    expect(Object.keys(answer)).toEqual(['text', 'label', 'probability', 'probabilities']);
    expect(answer.probabilities[answer.label]).toBe(answer.probability);
  });

  test('reads lines of standard input, answers each in its place', async () => {
    const texts = [...train.slice(0, 40).map(({ text }) => text), '', ...dev.map(({ text }) => text)];
    const { status, stdout } = await ostinato(
      ['classify', 'predict', 'model', '--json'],
      folder,
      texts.join('\r\n'),
    );
    expect(status).toBe(0);
    const answers = stdout.split('\n').slice(0, -1);
    expect(answers.map((line) => JSON.parse(line).text)).toEqual(texts);
    expect(await ostinato(['classify', 'predict', 'model'], folder, '')).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
});
