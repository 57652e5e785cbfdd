import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { parseLabelled } from './labelled-text.js';

describe('parseLabelled', () => {
  it('takes label, tab and text', () => {
    const wanted = [
      { label: 'good', text: 'what a film' },
      { label: 'not so good', text: 'a\tb' },
    ];
    expect(parseLabelled('good\twhat a film\nnot so good\ta\tb')).toEqual(wanted);
    expect(parseLabelled('\ufeffgood\twhat a film \r\n\r\n  \r\nnot so good\t a\tb\r\n')).toEqual(wanted);
  });

  it('takes a label before the first blank where the first line has no tab, as SST and TREC do', () => {
    expect(parseLabelled('1 a stirring , funny film\n0 How did serfdom develop ?\n')).toEqual([
      { label: '1', text: 'a stirring , funny film' },
      { label: '0', text: 'How did serfdom develop ?' },
    ]);
  });

  it.each<[string, string, string]>([
    ['nothing', ' \n\n', 'a.tsv: the file is empty; expected a label, a tab (or a blank) and a text'],
    [
      'a line without tab',
      'good\tyes\n\nbad no\n',
      "a.tsv:3: no tab between label and text ('bad no'); expected",
    ],
    ['a line without blank', '1 yes\n0\n', "a.tsv:2: no blank between label and text ('0'); expected"],
    ['tabs after blanks', '1 yes\n0\tno\n', 'a.tsv:2: the line has a tab, but line 1 has none; expected'],
    ['no label', 'good\tyes\n\tno\n', "a.tsv:2: the label is missing ('no')"],
    ['no text', 'good\tyes\nbad\t \n', "a.tsv:2: the label 'bad' has no text; write one behind it"],
  ])('names file and line: %s', (_, text, message) => {
    const parse = (): unknown => parseLabelled(text, { name: 'a.tsv' });
    expect(parse).toThrow(DataError);
    expect(parse).toThrow(message);
  });
});
