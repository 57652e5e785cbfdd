import { DataError } from '../errors.js';
import { writeFileAtomic } from '../write-file-atomic.js';
import type { AudioClip } from './clip.js';
import { encodeWav, type WavBits } from './encode-wav.js';

/**
 * Writes a clip as a WAV file, see `encodeWav`: at every moment either the old file or the new one is there, whole.
 *
 * @throws DataError where the clip cannot be written down, or the file cannot be written
 */
export async function writeWav(
  path: string,
  clip: AudioClip,
  options: { readonly bits?: WavBits } = {},
): Promise<void> {
  const bytes = encodeWav(clip, options);
  try {
    await writeFileAtomic(path, bytes);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DataError(
      `cannot be written (${code ?? message}); see that its folder is there and may be written to, and has room`,
      { file: path },
      { cause },
    );
  }
}
