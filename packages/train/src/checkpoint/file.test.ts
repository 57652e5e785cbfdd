import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../index.js';
import { loadCheckpoint, saveCheckpoint, writeFileAtomic } from '../node.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const checkpoint = (value: number): Checkpoint => ({
  weights: new Map([['w', { shape: [1], data: new Float32Array([value]) }]]),
});

describe('checkpoint files', () => {
  it('are replaced as a whole', async () => {
    const path = join(folder, 'model');
    await saveCheckpoint(path, checkpoint(1));
    await saveCheckpoint(path, checkpoint(2));
    expect(await loadCheckpoint(path)).toEqual(checkpoint(2));
    expect(await readdir(folder)).toEqual(['model']);
  });

  it('tell why they cannot be written, and leave nothing behind', async () => {
    await expect(saveCheckpoint(join(folder, 'no', 'model'), checkpoint(1))).rejects.toThrow(
      /^cannot write .*model: its folder does not exist; choose another path/,
    );
    await writeFile(join(folder, 'file'), '');
    await expect(saveCheckpoint(join(folder, 'file', 'model'), checkpoint(1))).rejects.toThrow(
      /a part of the path is a file, not a folder/,
    );
    await mkdir(join(folder, 'taken', 'inner'), { recursive: true });
    await expect(saveCheckpoint(join(folder, 'taken'), checkpoint(1))).rejects.toThrow(
      /cannot write .*taken: /,
    );
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });

  it('tell why they cannot be read', async () => {
    await expect(loadCheckpoint(join(folder, 'model'))).rejects.toThrow(
      /^cannot read .*model: it does not exist/,
    );
    await expect(loadCheckpoint(folder)).rejects.toThrow(/it is a folder/);
    const path = join(folder, 'model');
    await saveCheckpoint(path, checkpoint(1));
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 2));
    await expect(loadCheckpoint(path)).rejects.toThrow(/model: safetensors: .*cut off/);
  });

  it('keep the old contents when writing fails', async () => {
    const path = join(folder, 'model');
    await saveCheckpoint(path, checkpoint(1));
    await expect(writeFileAtomic(path, 'not bytes' as never as Uint8Array)).resolves.toBeUndefined();
    await expect(writeFileAtomic(path, 7 as never)).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe('not bytes');
    expect(await readdir(folder)).toEqual(['model']);
  });
});
