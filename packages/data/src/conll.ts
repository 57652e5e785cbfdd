import { DataError } from './errors.js';
import { checkTag, type TaggedSentence } from './tagged-sentence.js';
import { splitLines, splitWords } from './text.js';

/** Which columns of a CoNLL file hold what. */
export interface ConllOptions {
  /** What errors call the file. Default `text`. */
  name?: string;
  /** Column of the words, from 0. Default 0. */
  wordColumn?: number;
  /** Column of the BIO tags, from 0. Default: the last of each line. */
  tagColumn?: number;
}

/**
 * Sentences of CoNLL columns: a word per line, columns separated by tabs or blanks, an empty line after each sentence.
 * `-DOCSTART-` lines and comment lines are left out (a comment begins with `#` and is no `word tag` pair: `# id = 7`);
 * CRLF, a byte order mark and a missing final newline are fine. Throws a `DataError` with file and line when a column is
 * missing, a tag is not BIO or there is no sentence.
 *
 * @example parseConll('to O\ntaipei B-destination\n')
 */
export function parseConll(text: string, options: ConllOptions = {}): TaggedSentence[] {
  const { name = 'text', wordColumn = 0, tagColumn } = options;
  const sentences: TaggedSentence[] = [];
  let words: string[] = [];
  let tags: string[] = [];
  const close = () => {
    if (words.length > 0) sentences.push({ words, tags });
    words = [];
    tags = [];
  };
  for (const [index, content] of splitLines(text).entries()) {
    const columns = splitWords(content);
    if (columns.length === 0) close();
    if (columns.length === 0 || columns[0] === '-DOCSTART-' || isComment(columns)) continue;
    const location = { file: name, line: index + 1 };
    const needed = Math.max(2, wordColumn + 1, (tagColumn ?? 0) + 1);
    if (columns.length < needed) {
      throw new DataError(
        `${columns.length} ${columns.length === 1 ? 'column' : 'columns'} ('${content.trim()}') where ${needed} are needed; ` +
          'write the word and its tag, separated by a blank or a tab',
        location,
      );
    }
    const tag = columns[tagColumn ?? columns.length - 1] as string;
    checkTag(tag, location);
    words.push(columns[wordColumn] as string);
    tags.push(tag);
  }
  close();
  if (sentences.length === 0) {
    throw new DataError('the file holds no sentence; expected lines of a word and its tag', { file: name });
  }
  return sentences;
}

/** The word `#` may carry a tag; what begins with # and does not end in a tag is a comment. */
function isComment(columns: readonly string[]): boolean {
  const first = columns[0] as string;
  return (
    first.startsWith('#') && !/^(?:O|[BI]-.+)$/u.test(columns.length > 1 ? (columns.at(-1) as string) : '')
  );
}
