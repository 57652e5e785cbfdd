import { DataError } from './errors.js';
import { readBytes } from './read-bytes.js';
import { decodeUtf8, splitLines, splitWords } from './text.js';

/**
 * Reads text for a language model: one sentence per line, words separated by blanks, lines without words left out. A file whose name
 * ends in `.gz` is unpacked.
 *
 * @throws DataError, naming the file, where it cannot be read, is not UTF-8, or has no words
 */
export async function readSentences(path: string): Promise<string[][]> {
  const sentences = splitLines(decodeUtf8(await readBytes(path), path))
    .map(splitWords)
    .filter((words) => words.length > 0);
  if (sentences.length === 0) {
    throw new DataError('there are no words in it; expected one sentence per line', { file: path });
  }
  return sentences;
}
