import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Writes a file into a temporary one in the same folder, which is flushed to the disk and then takes its name: whoever reads finds the old
 * contents or the new, never a part, whatever stops the program or the machine. On failure nothing is left behind.
 *
 * @throws the error of the file system
 */
export async function writeFileAtomic(path: string, contents: Uint8Array | string): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
