import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launch, ostinato, outcomeOf, temporaryFolder } from '../testing.js';

const adding = ['longlag', 'adding', '--length', '4', '--hidden', '8', '--batch', '8', '--rate', '0.02'];

/** A folder with MNIST in it, of 24 images that are black but for one row as bright as the label is high. */
async function digits(): Promise<string> {
  const folder = await temporaryFolder(onTestFinished);
  const labels = Array.from({ length: 24 }, (_, index) => index % 10);
  const pixels = labels.flatMap((label) =>
    Array.from({ length: 784 }, (_, at) => (at < 28 ? 25 * label : 0)),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'train-images-idx3-ubyte'),
    Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 24, 0, 0, 0, 28, 0, 0, 0, 28, ...pixels]),
  );
  await writeFile(
    join(folder, 'train-labels-idx1-ubyte'),
    Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 24, ...labels]),
  );
  return folder;
}

describe('longlag', () => {
  test('trains until the task is solved, and tells what was reached beside the baseline', async () => {
    const { status, stdout, stderr } = await ostinato([...adding, '--seed', '2', '--threads', '1']);
    expect(stderr).toMatch(
      /^(step +\d+\/\d+ {2}loss \d\.\d{4} {2}mse [\d.e-]+ {2}[\d.]+ steps\/s {2}\d+:\d\d left\n)*$/,
    );
    expect(stdout).toMatch(
      /^adding, length 4: mse 0\.00\d+ \(who remembers nothing: 0\.167\)\.\nlstm, 3\d\d parameters, solved after [\d,]+ steps, 0:\d\d\.\n$/,
    );
    expect(status).toBe(0);
  });

  test('with --json prints one object: the same but for the time, for the same seed', async () => {
    const words = [...adding, '--cell', 'gru', '--steps', '130', '--json'];
    const [first, again, other] = await Promise.all([
      ostinato(words),
      ostinato(words),
      ostinato([...words, '--seed', '2']),
    ]);
    const read = (outcome: { stdout: string }) => ({ ...JSON.parse(outcome.stdout), seconds: 0 });
    expect(read(first!)).toEqual({
      ...{ task: 'adding', cell: 'gru', length: 4, mse: expect.any(Number), baseline: 1 / 6 },
      ...{ steps: 130, seconds: 0, solved: false, seed: 1, hidden: 8, batch: 8, rate: 0.02, parameters: 281 },
    });
    expect(read(again!)).toEqual(read(first!));
    expect(read(other!).mse).not.toBe(read(first!).mse);
    expect(first!.stdout.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['copy', 'crossEntropy', ['--length', '3', '--cell', 'orthogonal', '--hidden', '16']],
    ['order-6a', 'error', ['--length', '20', '--cell', 'peephole', '--hidden', '8']],
    ['order-6b', 'error', ['--length', '20', '--cell', 'elman', '--hidden', '8']],
    ['reber', 'error', []],
    ['anbn', 'error', ['--length', '12', '--cell', 'peephole']],
    ['anbncn', 'error', ['--length', '12']],
    ['waveform', 'mse', ['--length', '20', '--cell', 'irnn']],
  ])('knows the task %s, measured by %s', async (task, measure, words) => {
    const { status, stdout } = await ostinato(['longlag', task, ...words, '--steps', '3', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      task,
      [measure]: expect.any(Number),
      steps: 3,
      solved: false,
    });
  });

  test('reads MNIST from a folder', async () => {
    const words = ['longlag', 'mnist', '--length', '49', '--steps', '5', '--json'];
    const { status, stdout } = await ostinato([...words, '--data', await digits()]);
    expect(status).toBe(0);
    // The last four of 24 images are the test part, labels 0 to 3: a constant answer is right once.
    expect(JSON.parse(stdout)).toMatchObject({
      task: 'mnist',
      length: 49,
      error: expect.any(Number),
      baseline: 0.75,
    });

    const without = await ostinato(words);
    expect(without).toMatchObject({ status: 2, stdout: '' });
    expect(without.stderr).toBe(
      'error: longlag mnist: it needs images; give the folder with MNIST as --data\n',
    );
    const empty = await ostinato([...words, '--data', await temporaryFolder(onTestFinished)]);
    expect(empty.stderr).toMatch(
      /^error: .*train-images-idx3-ubyte.gz is missing; give the folder with MNIST\n$/,
    );
    expect(empty.status).toBe(1);
  });

  test.each([
    ['an unknown task', ['longlag', 'subtracting'], 2, 'Allowed choices are adding, copy, order-6a'],
    [
      'an unknown cell',
      ['longlag', 'copy', '--cell', 'rnn'],
      2,
      'Allowed choices are lstm, lstm-plain, peephole, gru',
    ],
    [
      'a length that cannot be',
      ['longlag', 'reber', '--length', '3'],
      1,
      'length must be a whole number from 9',
    ],
    ['an image of another size', ['longlag', 'mnist', '--length', '99', '--data', '.'], 1, 'is missing'],
    ['threads of none', [...adding, '--threads', '0'], 2, 'Give a whole number from 1 to 16'],
    [
      'threads of another backend',
      [...adding, '--threads', '2', '--backend', 'reference'],
      2,
      '--threads 2: only the backend cpu has threads; leave it out',
    ],
  ])('refuses %s', async (_, words, status, message) => {
    const outcome = await ostinato(words);
    expect(outcome.stderr).toContain(message);
    expect(outcome).toMatchObject({ status, stdout: '' });
  });

  test.skipIf(process.platform === 'win32')('stopped by Ctrl-C, tells what was reached', async () => {
    const child = launch([
      'longlag',
      'adding',
      '--length',
      '30',
      '--cell',
      'elman',
      '--steps',
      '1000000',
      '--json',
    ]);
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { status, stdout, stderr } = await outcomeOf(child);
    expect(stderr).toContain('Stopping after this step and measuring. Once more ends at once.\n');
    const { steps, mse } = JSON.parse(stdout);
    expect(steps).toBeGreaterThanOrEqual(500);
    expect(mse).toBeLessThan(1);
    expect(status).toBe(130);
  });
});
