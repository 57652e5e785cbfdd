import { DataError } from '../errors.js';
import { splitLines } from '../text.js';

/** A recording and what is said in it, as a line of a manifest tells. */
export interface ManifestEntry {
  /** The recording: as the manifest has it from `parseManifest`, from the working folder (or the root) from `readManifest`. */
  readonly path: string;
  readonly transcript: string;
  /** What the manifest is called, and the line that this was read from, for messages. */
  readonly file: string;
  readonly line: number;
}

/**
 * The lines of a manifest: the path of a WAV file relative to the manifest, a tab, and what is said. There is no header and there are
 * no comments; empty lines are left out, CRLF, a byte order mark and a missing final newline are fine. Blanks around the
 * transcript are dropped, several within it become one.
 *
 * @param options.file what errors call the manifest
 * @throws DataError with file and line where a path, the tab or a transcript is missing, and where there is a second tab
 * @example parseManifest('a.wav\tone two\n')   // [{ path: 'a.wav', transcript: 'one two', file: 'manifest', line: 1 }]
 */
export function parseManifest(
  text: string,
  { file = 'manifest' }: { readonly file?: string } = {},
): ManifestEntry[] {
  const entries = splitLines(text).flatMap((content, index): ManifestEntry[] => {
    if (content.trim() === '') return [];
    const line = index + 1;
    const fail = (problem: string) => new DataError(`${problem}; ${EXPECTED}`, { file, line });
    const cells = content.split('\t');
    if (cells.length !== 2) {
      throw fail(
        cells.length < 2 ? `there is no tab in '${excerpt(content)}'` : `there are ${cells.length - 1} tabs`,
      );
    }
    const [path, transcript] = cells.map((cell) => cell.trim()) as [string, string];
    if (path === '') throw fail('the path is missing');
    if (transcript === '') throw fail(`the transcript of '${path}' is missing`);
    return [{ path, transcript: transcript.replace(/\s+/g, ' '), file, line }];
  });
  if (entries.length === 0) throw new DataError(`the manifest is empty; ${EXPECTED}`, { file });
  return entries;
}

const EXPECTED = 'expected the path of a WAV file, a tab and what is said in it on each line';

function excerpt(line: string): string {
  const shown = line.trim();
  return shown.length > 40 ? `${shown.slice(0, 40)}...` : shown;
}
