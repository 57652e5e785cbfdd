import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { readLabelled } from './node.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function errorOf(path: string): Promise<DataError> {
  const error = await readLabelled(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataError);
  return error as DataError;
}

describe('readLabelled', () => {
  it('reads UTF-8, and Latin-1 where told so', async () => {
    const path = join(folder, 'texts');
    await writeFile(path, 'yes\tcafé\n');
    expect(await readLabelled(path)).toEqual([{ label: 'yes', text: 'café' }]);
    await writeFile(path, Buffer.from('1 café\n', 'latin1'));
    expect(await readLabelled(path, { encoding: 'latin1' })).toEqual([{ label: '1', text: 'café' }]);
    const error = await errorOf(path);
    expect(error).toMatchObject({ file: path, line: 1 });
    expect(error.message).toContain('not UTF-8');
  });

  it('names what is wrong with the path or a line', async () => {
    expect((await errorOf(join(folder, 'none'))).message).toMatch(/none: no such file; expected a file with/);
    expect((await errorOf(folder)).message).toMatch(/this is a folder; expected a file with a label/);
    const path = join(folder, 'texts');
    await writeFile(path, 'yes\tthis\nno that\n');
    expect(await errorOf(path)).toMatchObject({ file: path, line: 2 });
  });
});
