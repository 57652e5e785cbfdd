import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@ostinato/train/node';
import { CommandError } from '../errors.js';
import type { Picture } from './drawing.js';

/**
 * Makes sure that pictures can be put into a folder, which is made where it is missing.
 *
 * @throws CommandError, naming the folder, where that is not possible
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file of that name is in the way; give another folder'
        : `the folder cannot be made (${code}); give another one`;
    throw new CommandError(`--out ${folder}: ${reason}`, { cause });
  }
}

/**
 * Writes NAME.svg and NAME.png into a folder, each whole or not at all.
 *
 * @returns their paths
 * @throws CommandError, naming the file, where it cannot be written
 */
export async function savePicture(folder: string, name: string, { svg, png }: Picture): Promise<string[]> {
  const files = [
    [join(folder, `${name}.svg`), new TextEncoder().encode(svg)],
    [join(folder, `${name}.png`), png],
  ] as const;
  for (const [path, bytes] of files) await write(path, bytes, 'give another folder with --out');
  return files.map(([path]) => path);
}

/**
 * Writes a picture into one file, whole or not at all.
 *
 * @param path ends in `.svg` or `.png`
 * @throws CommandError, naming the file, where it cannot be written
 */
export async function savePictureAs(path: string, { svg, png }: Picture): Promise<void> {
  await write(path, /\.svg$/i.test(path) ? new TextEncoder().encode(svg) : png, 'give another path');
}

async function write(path: string, bytes: Uint8Array, remedy: string): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(`${path}: cannot be written (${code}); ${remedy}`, { cause });
  }
}
