import { describe, expect, it } from 'vitest';
import { parseConll } from './conll.js';
import { DataError } from './errors.js';

const sentences = [
  { words: ['to', 'taipei'], tags: ['O', 'B-destination'] },
  { words: ['hello'], tags: ['O'] },
];

describe('parseConll', () => {
  it('reads words and tags, an empty line after each sentence', () => {
    expect(parseConll('to\tO\ntaipei\tB-destination\n\nhello\tO\n\n')).toEqual(sentences);
    expect(parseConll('to O\ntaipei B-destination\n\n\n \nhello O')).toEqual(sentences);
  });

  it('takes CRLF, a byte order mark, document starts and comments', () => {
    const text =
      '\ufeff-DOCSTART- -X- O O\r\n\r\n# text = to taipei\r\nto O\r\ntaipei B-destination\r\n\r\n#\r\nhello O';
    expect(parseConll(text)).toEqual(sentences);
  });

  it('keeps the word #', () => {
    expect(parseConll('# O\n#1 B-place')).toEqual([{ words: ['#', '#1'], tags: ['O', 'B-place'] }]);
  });

  it('reads other columns', () => {
    const text = '1 to TO O x\n2 taipei NNP B-destination x\n';
    expect(parseConll(text, { wordColumn: 1, tagColumn: 3 })).toEqual([sentences[0]]);
    expect(parseConll('1 to O\n2 taipei NNP B-destination', { wordColumn: 1 })).toEqual([sentences[0]]);
    expect(() => parseConll('to O\n', { tagColumn: 3 })).toThrow(
      /^text:1: 2 columns \('to O'\) where 4 are needed/,
    );
  });

  it('refuses a line with one column, naming file and line', () => {
    const parse = () => parseConll('to O\ntaipei\n', { name: 'a.conll' });
    expect(parse).toThrow(DataError);
    expect(parse).toThrow(
      "a.conll:2: 1 column ('taipei') where 2 are needed; write the word and its tag, separated by a blank or a tab",
    );
  });

  it('refuses what is not a BIO tag and what holds no sentence', () => {
    expect(() => parseConll('to TO\n')).toThrow(/^text:1: 'TO' is not a BIO tag/);
    expect(() => parseConll('\n# nothing\n')).toThrow(/^text: the file holds no sentence/);
  });
});
