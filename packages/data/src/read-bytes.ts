import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from './errors.js';

/** The bytes of a file, unpacked where its name ends in `.gz`. Throws DataError that says why it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new DataError(whyUnreadable(cause as NodeJS.ErrnoException), { file: path }, { cause });
  }
  if (!path.endsWith('.gz')) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (cause) {
    throw new DataError(
      `this is no complete gzip file (${(cause as Error).message}); load it again`,
      { file: path },
      { cause },
    );
  }
}

function whyUnreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file; correct the path';
  if (code === 'EISDIR') return 'this is a folder; give a file';
  return `cannot be read (${code ?? message}); check the permissions of the file and its folder`;
}
