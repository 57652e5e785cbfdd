import { DataError } from './errors.js';
import { type LabelledText, parseLabelled } from './labelled-text.js';
import { decodeUtf8 } from './text.js';
import { kindOf, readBytes } from './text-files.js';

/** How the bytes of a text file are read; `latin1` is read as Windows-1252, as the web does, and takes any byte. */
export type TextEncoding = 'utf-8' | 'latin1';

/**
 * Reads labelled texts from a file, see `parseLabelled`. Throws a `DataError` that names file and line for whatever is wrong
 * with it.
 *
 * @param options.encoding UTF-8 by default
 * @example const train = await readLabelled('TREC.train.all', { encoding: 'latin1' });
 */
export async function readLabelled(
  path: string,
  { encoding = 'utf-8' }: { encoding?: TextEncoding } = {},
): Promise<LabelledText[]> {
  const kind = await kindOf(path);
  if (kind !== 'file') {
    const found = kind === 'missing' ? 'no such file' : 'this is a folder';
    throw new DataError(
      `${found}; expected a file with a label, a tab (or a blank) and a text on each line`,
      {
        file: path,
      },
    );
  }
  const bytes = await readBytes(path);
  const text = encoding === 'latin1' ? new TextDecoder('latin1').decode(bytes) : decodeUtf8(bytes, path);
  return parseLabelled(text, { name: path });
}
