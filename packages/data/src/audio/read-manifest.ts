import { dirname, resolve } from 'node:path';
import { DataError } from '../errors.js';
import { readBytes } from '../read-bytes.js';
import { decodeUtf8 } from '../text.js';
import { kindOf } from '../text-files.js';
import { type ManifestEntry, parseManifest } from './manifest.js';

/** How many missing files a message names. */
const NAMED = 5;

/**
 * Reads a manifest, see `parseManifest`, and looks whether all of its recordings are there; the recordings themselves are not read.
 *
 * @returns the entries, their paths absolute
 * @throws DataError, where recordings are missing one for all of them that names the first few with their lines
 */
export async function readManifest(path: string): Promise<ManifestEntry[]> {
  const folder = dirname(resolve(path));
  const entries = parseManifest(decodeUtf8(await readBytes(path), path), { file: path }).map((entry) => ({
    ...entry,
    path: resolve(folder, entry.path),
  }));
  const missing: ManifestEntry[] = [];
  for (const entry of entries) if ((await kindOf(entry.path)) !== 'file') missing.push(entry);
  const [first] = missing;
  if (first) {
    const named = missing.slice(0, NAMED).map((entry) => `line ${entry.line}: ${entry.path}`);
    const others = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
    throw new DataError(
      `${missing.length} of ${entries.length} recordings are not there (${named.join(', ')}${others}); ` +
        'paths are relative to the folder of the manifest, correct them or bring the files there',
      { file: path, line: first.line },
    );
  }
  return entries;
}
