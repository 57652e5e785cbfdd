import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeWav, resample, toneSequences } from '@ostinato/data';
import { writeWav } from '@ostinato/data/node';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launch, ostinato, outcomeOf, sharedFolder, temporaryFolder } from '../testing.js';

const { train, dev } = toneSequences({ train: 40, dev: 8, test: 0, symbols: '1379', length: [1, 4] });

/** A folder with recordings, `train.tsv` and `dev.tsv`. */
async function workplace(folder?: string): Promise<string> {
  const place = folder ?? (await temporaryFolder(onTestFinished));
  await mkdir(join(place, 'wav'));
  for (const [name, part] of Object.entries({ train, dev })) {
    const lines: string[] = [];
    for (const [index, { clip, transcript }] of part.entries()) {
      const path = join('wav', `${name}${index}.wav`);
      await writeWav(join(place, path), clip);
      lines.push(`${path}\t${transcript}\n`);
    }
    await writeFile(join(place, `${name}.tsv`), lines.join(''));
  }
  return place;
}

const tiny = ['--hidden', '8', '--layers', '1', '--bands', '16', '--batch', '8', '--rate', '0.01'];
const learn = ['speech', 'train', '--train', 'train.tsv', '--out', 'model', ...tiny, '--epochs', '2'];

let folder: string;
beforeAll(async () => {
  const [made, cleanup] = await sharedFolder();
  folder = await workplace(made);
  const clean = ['--dropout', '0', '--masks', '0', '--speed-change', '0'];
  const able = ['--hidden', '32', '--bands', '20', '--epochs', '30', '--rate', '0.02', ...clean];
  expect(await ostinato([...learn, ...able], folder)).toMatchObject({ status: 0 });
  return cleanup;
}, 120_000);

describe('speech train (L26)', () => {
  test('tells each epoch on standard error, and the result with the next commands on standard output', async () => {
    const folder = await workplace();
    const { status, stdout, stderr } = await ostinato([...learn, '--dev', 'dev.tsv'], folder);
    expect(stderr).toMatch(
      /^epoch 1\/2 {2}loss \d+\.\d{4} {2}word errors \d+\.\d\d {2}[\d,]+ recordings\/s {2}\d+:\d\d left\nepoch 2\/2 .* 0:00 left\n$/,
    );
    expect(stdout).toMatch(
      /^Learnt \d+ symbols from 40 recordings in 0:\d\d\.\nOn dev\.tsv: word error rate \d+\.\d\d, character error rate \d+\.\d\d\.\n/,
    );
    expect(stdout).toContain('npx pnpm ostinato speech eval model dev.tsv\n');
    expect(stdout).toContain('npx pnpm ostinato speech predict model RECORDING.wav\n');
    expect(status).toBe(0);
  });

  test('without arguments learns the embedded tones', async () => {
    const folder = await temporaryFolder(onTestFinished);
    const { status, stdout } = await ostinato(['speech', 'train', ...tiny, '--epochs', '1'], folder);
    expect(stdout).toMatch(
      /^Learnt \d+ symbols from [\d,]+ recordings .*\nOn the development part: word error/,
    );
    expect(stdout).toContain('npx pnpm ostinato speech eval speech.ostinato\n');
    expect(status).toBe(0);
  });

  test('says that decoding is for measuring where nothing is measured', async () => {
    const folder = await workplace();
    const { status, stderr } = await ostinato([...learn, '--epochs', '1', '--beam', '5'], folder);
    expect(stderr).toContain('hint: --beam is for measuring, on --dev or later with speech eval');
    expect(status).toBe(0);
  });

  test('measures the development part with a language model, --json prints one object', async () => {
    const folder = await workplace();
    const words = [...new Set(dev.map(({ transcript }) => transcript))];
    const arpa = ['\\data\\', `ngram 1=${words.length + 3}`, '', '\\1-grams:'];
    arpa.push('-1\t<unk>', '-99\t<s>', '-1\t</s>', ...words.map((word) => `-1\t${word}`), '', '\\end\\', '');
    await writeFile(join(folder, 'words.arpa'), arpa.join('\n'));
    const lm = ['--lm', 'words.arpa', '--beam', '8', '--units', 'char'];
    const { status, stdout } = await ostinato([...learn, '--dev', 'dev.tsv', ...lm, '--json'], folder);
    expect(status).toBe(0);
    const edits = {
      rate: expect.any(Number),
      substitutions: expect.any(Number),
      insertions: expect.any(Number),
      deletions: expect.any(Number),
      length: expect.any(Number),
    };
    expect(JSON.parse(stdout)).toEqual({
      out: 'model',
      epochs: 2,
      utterances: 40,
      symbols: expect.arrayContaining(['1']),
      sampleRate: 8000,
      seconds: expect.any(Number),
      loss: expect.any(Number),
      dev: {
        wer: expect.any(Number),
        cer: expect.any(Number),
        utterances: 8,
        seconds: expect.any(Number),
        words: { ...edits, length: 8 },
        characters: edits,
      },
    });
  });

  test.each<[string, string, number, string | RegExp]>([
    ['a missing manifest', '--train none.tsv', 1, 'error: none.tsv: '],
    ['a manifest with missing files', '--train missing.tsv', 1, /error: missing\.tsv:2: .*nowhere\.wav/],
    ['what is no WAV file', '--train text.tsv', 1, /error: .*text\.wav: this is no WAV file/],
    ['an empty WAV file', '--train empty.tsv', 1, /error: .*empty\.wav: .*empty/],
    [
      'a transcript that is longer than the recording',
      '--train long.tsv',
      1,
      /long\.tsv:2: .*train0\.wav: the transcript '1212.*' needs 1000 steps, but the recording of \d\.\d\d s has \d+/,
    ],
    ['a line without a tab', '--train line.tsv', 1, /error: line\.tsv:1: .*tab/],
    ['--dev without --train', '--dev dev.tsv', 2, '--dev needs --train'],
    ['a unit that there is not', '--units letter', 2, /Allowed choices are char, word/],
    ['a language model that is none', '--train train.tsv --lm train.tsv', 1, /error: train\.tsv/],
    [
      'a lexicon that cannot be spelled',
      '--train train.tsv --dev dev.tsv --lexicon text.wav',
      1,
      /the lexicon has/,
    ],
    ['a weight of no model', '--train train.tsv --dev dev.tsv --lm-weight 1', 2, '--lm-weight needs --lm'],
    ['a beam of nothing', '--train train.tsv --beam 0', 2, 'Give a whole number from 1'],
  ])('refuses %s', async (_, words, status, message) => {
    const folder = await workplace();
    const first = 'wav/train0.wav\t1\n';
    await writeFile(join(folder, 'missing.tsv'), `${first}wav/nowhere.wav\t1\n`);
    await writeFile(join(folder, 'text.tsv'), `${first}text.wav\t1\n`);
    await writeFile(join(folder, 'text.wav'), 'I am a text, and long enough to have a header.');
    await writeFile(join(folder, 'empty.tsv'), `${first}empty.wav\t1\n`);
    await writeFile(join(folder, 'empty.wav'), '');
    await writeFile(join(folder, 'long.tsv'), `${first}wav/train0.wav\t${'12'.repeat(500)}\n`);
    await writeFile(join(folder, 'line.tsv'), 'wav/train0.wav 1\n');
    const outcome = await ostinato(
      ['speech', 'train', ...words.split(' '), ...tiny, '--epochs', '1'],
      folder,
    );
    expect(outcome.stderr.replace(/\s+/g, ' ')).toMatch(message);
    expect(outcome).toMatchObject({ status, stdout: '' });
    await expect(access(join(folder, 'speech.ostinato'))).rejects.toThrow('ENOENT');
  });

  test.skipIf(process.platform === 'win32')(
    'is stopped by SIGINT, says how to resume, and gives the model of one never stopped',
    async () => {
      const folder = await workplace();
      const long = [...learn, '--dev', 'dev.tsv', '--epochs', '6'];
      const child = launch(long, folder);
      child.stderr.once('data', () => child.kill('SIGINT'));
      const stopped = await outcomeOf(child);
      const resume = 'speech train --train train.tsv --dev dev.tsv --out model --resume';
      expect(stopped.stderr).toContain(`\n  npx pnpm ostinato ${resume}\n`);
      expect(stopped).toMatchObject({ status: 130, stdout: '' });
      const other = await ostinato([...resume.split(' '), '--speed-change', '0.2'], folder);
      expect(other.stderr).toContain(
        '--speed-change 0.2: model was begun with 0.1; leave --speed-change out',
      );
      expect(other.status).toBe(2);
      expect((await ostinato(resume.split(' '), folder)).status).toBe(0);
      expect((await ostinato([...long, '--out', 'straight'], folder)).status).toBe(0);
      const [model, straight] = await Promise.all(
        ['model', 'straight'].map((name) => readFile(join(folder, name))),
      );
      expect(model!.equals(straight!)).toBe(true);
    },
    60_000,
  );
});

describe('speech eval', () => {
  test('prints a table; --json prints error rates and the real-time factor', async () => {
    const { status, stdout } = await ostinato(['speech', 'eval', 'model', 'dev.tsv'], folder);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^8 recordings of \d+\.\d s, recognised in \d\.\d{4} of that time\n\nunit +errors/,
    );
    expect(stdout).toMatch(/\nword +\d+\.\d\d +\d+ +\d+ +\d+ +8\ncharacter +/);
    const json = await ostinato(['speech', 'eval', 'model', 'dev.tsv', '--beam', '4', '--json'], folder);
    const report = JSON.parse(json.stdout);
    expect(report).toMatchObject({ utterances: 8, words: { length: 8 } });
    expect(report.wer).toBe(report.words.rate);
    expect(report.cer).toBe(report.characters.rate);
    expect(report.cer).toBeLessThan(0.8);
    expect(report.realTimeFactor).toBeGreaterThan(0);
  });

  test('says which transcripts cannot be recognised without errors', async () => {
    await writeFile(join(folder, 'caps.tsv'), `wav/dev0.wav\tHello\nwav/dev1.wav\t${dev[1]!.transcript}\n`);
    const { status, stderr } = await ostinato(['speech', 'eval', 'model', 'caps.tsv'], folder);
    expect(stderr).toMatch(
      /^1 transcript of 2 cannot be recognised without errors, because the model never writes what it has; the first is caps\.tsv:1: .*dev0\.wav: 'H' 'e' 'l' 'o'\n$/,
    );
    expect(status).toBe(0);
  });

  test('says that recordings of another rate are resampled', async () => {
    const folder = await workplace();
    expect((await ostinato(learn, folder)).status).toBe(0);
    await writeWav(join(folder, 'high.wav'), resample(dev[0]!.clip, 16_000));
    await writeFile(
      join(folder, 'high.tsv'),
      `high.wav\t${dev[0]!.transcript}\nwav/dev1.wav\t${dev[1]!.transcript}\n`,
    );
    const { status, stderr } = await ostinato(['speech', 'eval', 'model', 'high.tsv'], folder);
    expect(stderr).toBe('1 recording of 16000 Hz is resampled to the 8000 Hz that the model hears.\n');
    expect(status).toBe(0);
  });
});

describe('speech predict', () => {
  const [first, second] = [join('wav', 'dev0.wav'), join('wav', 'dev1.wav')];

  test('writes a text for each recording; --json an object per line', async () => {
    const one = await ostinato(['speech', 'predict', 'model', first], folder);
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toMatch(/^[\dA-D*#]*\n$/);
    const two = await ostinato(['speech', 'predict', 'model', first, second], folder);
    expect(two.stdout).toMatch(new RegExp(`^${first}  ${one.stdout.trimEnd()}\n${second}  `));
    const json = await ostinato(['speech', 'predict', 'model', first, '--json', '--align'], folder);
    const answer = JSON.parse(json.stdout);
    expect(Object.keys(answer)).toEqual(['file', 'text', 'words', 'symbols']);
    expect(answer).toMatchObject({ file: first, text: one.stdout.trimEnd() });
    expect(answer.symbols.map(({ text }: { text: string }) => text).join('')).toBe(answer.text);
  });

  test('finds several texts', async () => {
    const words = ['speech', 'predict', 'model', first, '--beam', '9', '--n-best', '3'];
    const { stdout } = await ostinato(words, folder);
    expect(stdout).toMatch(/^(\S+)\n +-?\d+\.\d\d {2}\1\n +-?\d+\.\d\d {2}\S*\n +-?\d+\.\d\d {2}\S*\n$/);
    const json = JSON.parse((await ostinato([...words, '--json'], folder)).stdout);
    expect(json.alternatives).toHaveLength(3);
    expect(json.alternatives[0]).toEqual({ text: json.text, score: expect.any(Number) });
  });

  test('aligns a given text, and draws', async () => {
    const { transcript } = dev[0]!;
    const words = [
      'speech',
      'predict',
      'model',
      first,
      '--align',
      '--text',
      transcript,
      '--picture',
      'path.svg',
    ];
    const { status, stdout } = await ostinato(words, folder);
    expect(status).toBe(0);
    expect(stdout).toContain(`${transcript}\n\nsymbol  from (s)  to (s)  confidence\n`);
    expect(stdout.match(/\n[\dA-D*#] +\d\.\d\d +\d\.\d\d +\d\.\d{3}/g)).toHaveLength(transcript.length);
    expect(stdout).toMatch(/\nPicture: path\.svg\n$/);
    const svg = await readFile(join(folder, 'path.svg'), 'utf8');
    for (const text of ['mel band', 'sample', 'symbol', 'time (s)', 'φ']) expect(svg).toContain(text);
    const png = await ostinato(['speech', 'predict', 'model', first, '--picture', 'path.png'], folder);
    expect(png.status).toBe(0);
    expect([...(await readFile(join(folder, 'path.png'))).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  test.each<[string, string[], number, string | RegExp]>([
    ['no recording', [], 2, "missing required argument 'wav'"],
    ['a file that is not there', ['none.wav'], 1, /error: none\.wav: there is no such file/],
    ['a file that is cut off', ['cut.wav'], 1, /error: cut\.wav: .*cut off/],
    [
      'a text with unknown symbols',
      [first, '--text', 'hello'],
      1,
      /has the symbol 'h', which is none of the/,
    ],
    [
      'a picture of several',
      [first, second, '--picture', 'a.svg'],
      2,
      '--picture is for one recording, but there are 2',
    ],
    [
      'a picture of no known kind',
      [first, '--picture', 'a.gif'],
      2,
      'give the file a name that ends in .svg or .png',
    ],
  ])('refuses %s', async (_, words, status, message) => {
    await writeFile(join(folder, 'cut.wav'), encodeWav(dev[0]!.clip).subarray(0, 500));
    const outcome = await ostinato(['speech', 'predict', 'model', ...words], folder);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).toBe(status);
  });

  test('refuses a model of another kind', async () => {
    await writeFile(join(folder, 'seq.conll'), 'to O\ntaipei B-destination\n');
    const tag = ['tag', 'train', '--train', 'seq.conll', '--out', 'tagger', '--epochs', '1', '--hidden', '4'];
    expect(await ostinato(tag, folder)).toMatchObject({ status: 0 });
    const { status, stderr } = await ostinato(['speech', 'predict', 'tagger', first], folder);
    expect(stderr).toMatch(/^error: tagger: this is not the model of a recognizer .*"ostinato speech train"/);
    expect(status).toBe(1);
  });
});
