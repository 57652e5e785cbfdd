import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launch, ostinato, outcomeOf, sentences, temporaryFolder } from '../testing.js';

const tiny = ['--hidden', '8', '--layers', '1', '--batch', '4', '--steps', '5', '--epochs', '2'];
const train = ['lm', 'train', '--train', 'text', '--out', 'model', ...tiny];

const textOf = (words: readonly (readonly string[])[]): string =>
  words.map((line) => ` ${line.join(' ')} \n`).join('');

/** A folder in which `text` and the packed `dev.gz` are. */
async function workplace(): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  const all = sentences(60).map(({ words }) => words);
  await writeFile(join(folder, 'text'), textOf(all.slice(0, 48)));
  await writeFile(join(folder, 'dev.gz'), gzipSync(textOf(all.slice(48))));
  return folder;
}

describe('lm train', () => {
  test('tells perplexity and pace of each epoch, and the result with the next command', async () => {
    const folder = await workplace();
    const { status, stdout, stderr } = await ostinato(
      [...train, '--dev', 'dev.gz', '--threads', '1'],
      folder,
    );
    expect(stderr).toMatch(
      /^epoch 1\/2 {2}perplexity \d+\.\d {2}dev \d+\.\d {2}[\d,]+ words\/s {2}0:0\d left\nepoch 2\/2 .* 0:00 left\n$/,
    );
    expect(stdout).toMatch(
      /^Learnt from \d+ tokens in 0:\d\d\.\nOn dev\.gz: perplexity \d+\.\d\d \(\d+ tokens .* unknown\)\.\n/,
    );
    expect(stdout).toContain('\n  npx pnpm ostinato lm eval model dev.gz\n');
    expect(status).toBe(0);

    const measured = await ostinato(['lm', 'eval', 'model', 'dev.gz'], folder);
    expect(measured.status).toBe(0);
    expect(stdout).toContain(`On dev.gz: ${measured.stdout.trim()}.`);
  });

  test('with --json prints one object, with the curve', async () => {
    const folder = await workplace();
    const words = [...train, '--dev', 'dev.gz', '--cell', 'gru', '--schedule', 'plateau', '--json'];
    const { status, stdout } = await ostinato(words, folder);
    expect(status).toBe(0);
    const epoch = {
      perplexity: expect.any(Number),
      dev: expect.any(Number),
      wordsPerSecond: expect.any(Number),
    };
    const result = JSON.parse(stdout);
    expect(result).toEqual({
      out: 'model',
      epochs: 2,
      tokens: expect.any(Number),
      seconds: expect.any(Number),
      curve: [
        { epoch: 1, ...epoch },
        { epoch: 2, ...epoch },
      ],
      dev: {
        perplexity: Math.min(result.curve[0].dev, result.curve[1].dev),
        crossEntropy: expect.any(Number),
        tokens: expect.any(Number),
        unknown: expect.any(Number),
      },
    });
    const report = await ostinato(['lm', 'eval', 'model', 'dev.gz', '--json'], folder);
    expect(JSON.parse(report.stdout)).toEqual(result.dev);
  });

  test.skipIf(process.platform === 'win32')(
    'stopped saves and says how to resume; resumed, it gives the model of one never stopped',
    async () => {
      const folder = await workplace();
      const long = [...train, '--epochs', '5'];
      const child = launch(long, folder);
      child.stderr.once('data', () => child.kill('SIGTERM'));
      const stopped = await outcomeOf(child);
      const resume = 'lm train --train text --out model --resume';
      expect(stopped.stderr).toMatch(
        /\nepoch [1-5]\/5 {2}step \d+ of 30 {2}perplexity [\d.]+ {2}[\d,]+ words\/s {2}0:0\d left\n/,
      );
      expect(stopped.stderr).toMatch(/Stopped in epoch [2-5] of 5; everything so far is saved in model\./);
      expect(stopped.stderr).toContain(`\n  npx pnpm ostinato ${resume}\n`);
      expect(stopped).toMatchObject({ status: 143, stdout: '' });

      const measured = await ostinato(['lm', 'eval', 'model', 'dev.gz'], folder);
      expect(measured.stderr).toMatch(/^model is not trained to its end: [1-4] of 5 epochs are done\.\n$/);
      const careless = await ostinato(long, folder);
      expect(careless.stderr).toMatch(/was stopped after [1-4] of 5 epochs; go on with --resume/);
      const contradicting = await ostinato([...resume.split(' '), '--hidden', '9'], folder);
      expect(contradicting.stderr).toContain('hidden 9: model was begun with 8');
      expect(contradicting.status).toBe(2);

      const resumed = await ostinato(resume.split(' '), folder);
      expect(resumed.stderr).not.toContain('epoch 1/5');
      expect(resumed.status).toBe(0);
      expect((await ostinato([...long, '--out', 'straight'], folder)).status).toBe(0);
      const [model, straight] = await Promise.all(
        ['model', 'straight'].map((name) => readFile(join(folder, name))),
      );
      expect(model!.equals(straight!)).toBe(true);
    },
  );

  test.each([
    [
      'a missing text',
      [...train.slice(0, 3), 'nowhere', ...train.slice(4)],
      1,
      'nowhere: there is no such file',
    ],
    [
      'a plateau without dev',
      [...train, '--schedule', 'plateau'],
      2,
      'it looks at the development part; give a text',
    ],
    [
      'a file that is no model',
      [...train, '--out', 'text'],
      1,
      'the file exists and is no model that could be replaced',
    ],
    ['nothing to resume', [...train, '--resume'], 1, 'there is no model model to go on with'],
    ['an evaluation of no model', ['lm', 'eval', 'text', 'text'], 1, 'text'],
  ])('refuses %s', async (_, words, status, message) => {
    const outcome = await ostinato(words, await workplace());
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).toMatch(/^error: [^\n]+\n$/);
    expect(outcome).toMatchObject({ status, stdout: '' });
  });
});
