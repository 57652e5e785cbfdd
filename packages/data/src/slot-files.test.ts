import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { parseSlotFiles, type SlotFiles } from './slot-files.js';

const good: SlotFiles = {
  words: 'to taipei\nhello\n',
  tags: 'O B-destination\nO\n',
  labels: 'book\ngreet\n',
};

/** The error that parsing gives. */
function errorOf(files: Partial<SlotFiles>): DataError {
  try {
    parseSlotFiles({ ...good, ...files });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return error as DataError;
  }
  throw new Error('parsed without an error');
}

describe('parseSlotFiles', () => {
  const sentences = [
    { words: ['to', 'taipei'], tags: ['O', 'B-destination'], intent: 'book' },
    { words: ['hello'], tags: ['O'], intent: 'greet' },
  ];

  it('puts words, tags and intents together', () => {
    expect(parseSlotFiles(good)).toEqual(sentences);
    const { words, tags } = good;
    expect(parseSlotFiles({ words, tags })).toEqual(sentences.map(({ words, tags }) => ({ words, tags })));
  });

  it('takes CRLF, a byte order mark, extra blanks, empty lines at the end and no final newline', () => {
    const files = {
      words: '\ufeffto  taipei \r\nhello',
      tags: 'O\tB-destination\r\nO\r\n\r\n',
      labels: 'book\r\ngreet',
    };
    expect(parseSlotFiles(files)).toEqual(sentences);
  });

  it('takes an I- that begins a slot, as conlleval does', () => {
    expect(parseSlotFiles({ words: 'to taipei', tags: 'O I-destination' })[0]?.tags).toEqual([
      'O',
      'I-destination',
    ]);
  });

  it('refuses files of different length, naming both counts and the first line without partner', () => {
    const error = errorOf({ tags: 'O B-destination\n' });
    expect(error).toMatchObject({ file: 'seq.in', line: 2 });
    expect(error.message).toMatch(
      /^seq\.in:2: seq\.in has 2 lines, seq\.out has 1; line 2 is the first without a partner in seq\.out;/,
    );
    expect(errorOf({ tags: 'O O\nO\nO\nO\n' })).toMatchObject({ file: 'seq.out', line: 3 });
    expect(errorOf({ tags: '' })).toMatchObject({ file: 'seq.in', line: 1 });
    const labels = errorOf({ labels: 'book\n' });
    expect(labels).toMatchObject({ file: 'seq.in', line: 2 });
    expect(labels.message).toContain('label has 1;');
  });

  it('refuses a line with different numbers of words and labels', () => {
    const error = errorOf({ tags: 'O B-destination\nO O\n' });
    expect(error).toMatchObject({ file: 'seq.out', line: 2 });
    expect(error.message).toBe(
      "seq.out:2: 2 labels for 1 words ('hello'); write one label per word, as many as there are words in seq.in:2",
    );
  });

  it('refuses empty files and empty lines', () => {
    expect(errorOf({ words: '' }).message).toMatch(/^seq\.in: the file is empty/);
    expect(errorOf({ words: '\n\n' }).message).toMatch(/^seq\.in: the file is empty/);
    expect(errorOf({ words: '\nhello', tags: '\nO' }).message).toMatch(
      /^seq\.in:1: the line is empty; expected a sentence/,
    );
    expect(errorOf({ labels: '\ngreet' }).message).toMatch(
      /^label:1: the line is empty; expected the intent/,
    );
  });

  it('refuses what is not a BIO tag', () => {
    expect(errorOf({ tags: 'O B\nO\n' }).message).toMatch(/^seq\.out:1: 'B' is not a BIO tag/);
  });

  it('calls the files what the caller does', () => {
    expect(() => parseSlotFiles({ words: 'a', tags: 'O O' }, { words: 'w.txt', tags: 't.txt' })).toThrow(
      /^t\.txt:1: .* in w\.txt:1$/,
    );
  });
});
