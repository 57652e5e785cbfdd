import { DataError } from './errors.js';
import { splitLines } from './text.js';

/** A text and the class that it belongs to (L24). */
export interface LabelledText {
  text: string;
  label: string;
}

/**
 * Labelled texts, one on each line: the label, a tab, the text. Where the first line has no tab, the label is what stands before
 * the first blank of each line, as in the files of SST and TREC: `1 a stirring , funny film`. Empty lines are left out; CRLF, a byte
 * order mark and a missing final newline are fine. Throws a `DataError` with file and line where a label or a text is missing, and
 * where tabs and blanks are mixed.
 *
 * @param options.name what errors call the text
 * @example parseLabelled('good\twhat a film\nbad\twhat a bore\n')   // [{ label: 'good', text: 'what a film' }, ...]
 */
export function parseLabelled(text: string, { name = 'text' }: { name?: string } = {}): LabelledText[] {
  const lines = splitLines(text).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== '');
  const [first] = filled;
  if (first === undefined) throw new DataError(`the file is empty; ${EXPECTED}`, { file: name });
  const separator = first.content.includes('\t') ? '\t' : ' ';
  return filled.map(({ content, line }) => {
    const fail = (problem: string): DataError => new DataError(problem, { file: name, line });
    if (separator === ' ' && content.includes('\t')) {
      throw fail(`the line has a tab, but line ${first.line} has none; ${EXPECTED}, the same on all lines`);
    }
    const at = content.indexOf(separator);
    if (at < 0) {
      const what = separator === '\t' ? 'tab' : 'blank';
      throw fail(`no ${what} between label and text ('${excerpt(content)}'); ${EXPECTED}`);
    }
    const [label, rest] = [content.slice(0, at).trim(), content.slice(at + 1).trim()];
    if (label === '') throw fail(`the label is missing ('${excerpt(content)}'); ${EXPECTED}`);
    if (rest === '') throw fail(`the label '${label}' has no text; write one behind it, or remove the line`);
    return { text: rest, label };
  });
}

const EXPECTED = 'expected a label, a tab (or a blank) and a text on each line';

function excerpt(line: string): string {
  const shown = line.trim();
  return shown.length > 40 ? `${shown.slice(0, 40)}...` : shown;
}
