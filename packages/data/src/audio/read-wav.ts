import { readBytes } from '../read-bytes.js';
import type { AudioClip } from './clip.js';
import { decodeWav } from './decode-wav.js';

/**
 * Reads a WAV file, see `decodeWav`; packed with gzip where the name ends in `.gz`.
 *
 * @throws DataError that names the file, where it is missing or is no WAV file that can be read
 */
export async function readWav(path: string): Promise<AudioClip> {
  return decodeWav(await readBytes(path), { file: path });
}
