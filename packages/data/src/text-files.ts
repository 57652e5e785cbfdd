import { readFile, stat } from 'node:fs/promises';
import { DataError } from './errors.js';

/** What there is at a path. Throws a `DataError` where that cannot be told. */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw unreadable(path, cause);
  }
}

/** The bytes of a file. Throws a `DataError` that names it where it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): DataError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new DataError(
    `cannot be read (${code ?? message}); check the permissions of the file and its folder`,
    { file: path },
    { cause },
  );
}
