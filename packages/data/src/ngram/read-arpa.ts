import { DataError } from '../errors.js';
import { readBytes } from '../read-bytes.js';
import { decodeUtf8 } from '../text.js';
import type { NgramModel } from './ngram-model.js';
import { type ArpaOptions, parseArpa } from './parse-arpa.js';

/** The most bytes that are sure to fit a string of V8. */
const LONGEST_TEXT = 2 ** 29 - 24;

/**
 * Reads a word n-gram language model from an ARPA file, see `parseArpa`; one whose name ends in `.gz` is unpacked. A text of more than
 * 512 MiB is not taken: prune such a model first.
 *
 * @throws DataError that names file and line
 * @example const model = await readArpa('3-gram.pruned.arpa.gz');
 */
export async function readArpa(path: string, options: Omit<ArpaOptions, 'file'> = {}): Promise<NgramModel> {
  const bytes = await readBytes(path);
  if (bytes.length > LONGEST_TEXT) {
    throw new DataError(
      `the text has ${bytes.length} bytes, expected ${LONGEST_TEXT} at most; prune the model or lower its order`,
      { file: path },
    );
  }
  return parseArpa(decodeUtf8(bytes, path), { ...options, file: path });
}
