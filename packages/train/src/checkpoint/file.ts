import { readFile } from 'node:fs/promises';
import { CheckpointError } from '../errors.js';
import type { Checkpoint } from './checkpoint.js';
import { decodeCheckpoint } from './decode.js';
import { encodeCheckpoint } from './encode.js';
import { writeFileAtomic } from './write-file-atomic.js';

/** What the file system's codes mean, for people. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission was denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/**
 * Saves a checkpoint in one file. Whatever happens, the file is either the old or the new one, never half of one.
 * @throws CheckpointError with path and reason when it cannot be written
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const bytes = await encodeCheckpoint(checkpoint);
  try {
    await writeFileAtomic(path, bytes);
  } catch (error) {
    const folder =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'its folder does not exist' : reasonOf(error);
    throw new CheckpointError(`cannot write ${path}: ${folder}; choose another path`, {
      cause: error,
    });
  }
}

/**
 * Loads a checkpoint.
 * @throws CheckpointError with path and reason when it cannot be read, is damaged, or has a newer format
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new CheckpointError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
  try {
    return await decodeCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
