import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { readTagged } from './node.js';
import { spansOf } from './tagged-sentence.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

/** The error that reading gives. */
async function errorOf(path: string): Promise<DataError> {
  const error = await readTagged(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  return error as DataError;
}

describe('readTagged', () => {
  it('reads a folder, with intents where there is a label file', async () => {
    await write('seq.in', 'to taipei\n');
    await write('seq.out', 'O B-destination\n');
    expect(await readTagged(folder)).toEqual([{ words: ['to', 'taipei'], tags: ['O', 'B-destination'] }]);
    await write('label', 'book\n');
    expect(await readTagged(folder)).toMatchObject([{ intent: 'book' }]);
  });

  it('reads a CoNLL file', async () => {
    await write('a.conll', 'to O\ntaipei B-destination');
    expect(await readTagged(join(folder, 'a.conll'))).toEqual([
      { words: ['to', 'taipei'], tags: ['O', 'B-destination'] },
    ]);
  });

  it('says what a path may be when there is nothing', async () => {
    const path = join(folder, 'nowhere');
    const error = await errorOf(path);
    expect(error.file).toBe(path);
    expect(error.message).toMatch(
      /nowhere: no such file or folder; expected a folder with seq\.in and seq\.out \(and label, for intents\) or a CoNLL file/,
    );
    await write('file', 'to O');
    expect((await errorOf(join(folder, 'file', 'below'))).message).toContain('no such file or folder');
  });

  it('says which file of a folder is missing', async () => {
    expect((await errorOf(folder)).message).toContain(
      `${join(folder, 'seq.in')}: the file is missing; expected a folder`,
    );
    await write('seq.in', 'to taipei\n');
    expect((await errorOf(folder)).file).toBe(join(folder, 'seq.out'));
    await mkdir(join(folder, 'seq.out'));
    expect((await errorOf(folder)).message).toContain('seq.out: the file is missing');
  });

  it('names files by their path in errors of the format', async () => {
    await write('seq.in', 'to taipei\nhello\n');
    await write('seq.out', 'O B-destination\nO O\n');
    expect((await errorOf(folder)).message).toContain(`${join(folder, 'seq.out')}:2: 2 labels for 1 words`);
    await write('a.conll', 'to O\ntaipei\n');
    expect(await errorOf(join(folder, 'a.conll'))).toMatchObject({ file: join(folder, 'a.conll'), line: 2 });
    await write('seq.out', 'O B-destination\nO\n');
    await write('label', 'book\n');
    expect((await errorOf(folder)).message).toContain(`${join(folder, 'label')} has 1;`);
  });

  it('refuses empty files', async () => {
    await write('empty', ' \n');
    expect((await errorOf(join(folder, 'empty'))).message).toContain(
      'empty: the file is empty; expected a folder',
    );
    await write('seq.in', '');
    await write('seq.out', '');
    expect((await errorOf(folder)).message).toContain('seq.in: the file is empty');
  });

  it('refuses a file that is not UTF-8, with byte offset and line', async () => {
    const latin = Uint8Array.from([
      ...new TextEncoder().encode('to O\nz'),
      0xfc,
      ...new TextEncoder().encode('rich B-to\n'),
    ]);
    await write('latin', latin);
    const error = await errorOf(join(folder, 'latin'));
    expect(error).toMatchObject({ file: join(folder, 'latin'), line: 2 });
    expect(error.message).toContain(
      'not UTF-8: byte 0xfc at offset 6 cannot stand there; save the file as UTF-8',
    );
  });

  it.skipIf(process.getuid?.() === 0)('says when a file may not be read', async () => {
    await write('secret', 'to O');
    await chmod(join(folder, 'secret'), 0);
    expect((await errorOf(join(folder, 'secret'))).message).toContain('cannot be read (EACCES)');
  });
});

const atis = fileURLToPath(new URL('../../../../shared/data/atis', import.meta.url));

describe.skipIf(!existsSync(atis))('ATIS (only where ../shared/data/atis is)', () => {
  it('has the sentences, words and slots that its description counts', async () => {
    const start = performance.now();
    const train = await readTagged(join(atis, 'train'));
    const time = performance.now() - start;
    expect(train.length).toBe(4478);
    expect(train.reduce((sum, { words }) => sum + words.length, 0)).toBe(50497);
    expect(train.reduce((sum, { tags }) => sum + spansOf(tags).length, 0)).toBe(14851);
    expect(new Set(train.flatMap(({ words }) => words)).size).toBe(867);
    expect(new Set(train.flatMap(({ tags }) => tags)).size).toBe(120);
    expect(new Set(train.map(({ intent }) => intent)).size).toBe(21);
    expect(time).toBeLessThan(1000); // some 30 ms on an idle core
    const dev = await readTagged(join(atis, 'dev'));
    expect(dev.length).toBe(500);
    expect(dev.reduce((sum, { tags }) => sum + spansOf(tags).length, 0)).toBe(1709);
  });
});
