import { DataError } from './errors.js';
import { checkTag, type TaggedSentence } from './tagged-sentence.js';
import { splitLines, splitWords } from './text.js';

/** The texts of the slot format: line i of each belongs to sentence i. */
export interface SlotFiles {
  /** `seq.in`: one sentence per line, words separated by blanks. */
  words: string;
  /** `seq.out`: one BIO tag per word. */
  tags: string;
  /** `label`: one intent per line. */
  labels?: string;
}

/** What errors call the three files. */
export interface SlotFileNames {
  words?: string;
  tags?: string;
  labels?: string;
}

/**
 * Sentences of the slot format. CRLF, a byte order mark and a missing final newline are fine. Throws a `DataError` with
 * file and line when the texts are empty, differ in lines, or a line differs in words and tags.
 *
 * @example parseSlotFiles({ words: 'to taipei', tags: 'O B-destination', labels: 'book' })
 */
export function parseSlotFiles(files: SlotFiles, names: SlotFileNames = {}): TaggedSentence[] {
  const { words: wordsFile = 'seq.in', tags: tagsFile = 'seq.out', labels: labelsFile = 'label' } = names;
  const wordLines = linesOf(files.words);
  const tagLines = linesOf(files.tags);
  const labelLines = files.labels === undefined ? undefined : linesOf(files.labels);
  if (wordLines.length === 0) {
    throw new DataError('the file is empty; expected one sentence per line', { file: wordsFile });
  }
  requireSameLines(wordsFile, wordLines, tagsFile, tagLines);
  if (labelLines) requireSameLines(wordsFile, wordLines, labelsFile, labelLines);

  return wordLines.map((wordLine, index) => {
    const line = index + 1;
    const words = splitWords(wordLine);
    const tags = splitWords(tagLines[index] as string);
    if (words.length === 0) {
      throw new DataError(`the line is empty; expected a sentence, or remove line ${line} from all files`, {
        file: wordsFile,
        line,
      });
    }
    if (tags.length !== words.length) {
      throw new DataError(
        `${tags.length} labels for ${words.length} words ('${excerpt(words)}'); ` +
          `write one label per word, as many as there are words in ${wordsFile}:${line}`,
        { file: tagsFile, line },
      );
    }
    for (const tag of tags) checkTag(tag, { file: tagsFile, line });
    if (labelLines === undefined) return { words, tags };
    const intent = (labelLines[index] as string).trim();
    if (intent === '') {
      throw new DataError('the line is empty; expected the intent of the sentence', {
        file: labelsFile,
        line,
      });
    }
    return { words, tags, intent };
  });
}

/** Lines of a file; empty lines at its end say nothing and are dropped. */
function linesOf(text: string): string[] {
  const lines = splitLines(text);
  while (lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

function requireSameLines(fileA: string, a: readonly string[], fileB: string, b: readonly string[]): void {
  if (a.length === b.length) return;
  const [shorter, longer] = a.length < b.length ? [fileA, fileB] : [fileB, fileA];
  const line = Math.min(a.length, b.length) + 1;
  throw new DataError(
    `${fileA} has ${a.length} lines, ${fileB} has ${b.length}; line ${line} is the first without a partner in ${shorter}; ` +
      'line i of each file must belong to the same sentence',
    { file: longer, line },
  );
}

function excerpt(words: readonly string[]): string {
  return words.length <= 8 ? words.join(' ') : `${words.slice(0, 8).join(' ')} ...`;
}
