import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.js';
import { parseArpa } from './parse-arpa.js';
import { smallArpa } from './testing.js';

/** Parses the small model with something in it replaced. */
function broken(old: string, replacement: string): () => unknown {
  if (!smallArpa.includes(old)) throw new Error(`the small model has no ${old}`);
  return () => parseArpa(smallArpa.replace(old, replacement), { file: 'small.arpa' });
}

it('reads blanks for tabs, lines that end as on Windows, and <UNK>', () => {
  const other = smallArpa.replaceAll('\t', '  ').replaceAll('\n', ' \r\n').replaceAll('<unk>', '<UNK>');
  const [a, b] = [parseArpa(smallArpa), parseArpa(other)];
  for (const words of [[], ['the', 'dog'], ['the', 'cat', 'dog', 'big'], ['blue', 'blue']]) {
    expect(b.logProbability(words)).toBe(a.logProbability(words));
  }
  expect(a.order).toBe(3);
});

it('takes words with any other characters', () => {
  const word = 'a\u00a0\u3000ß\\end\\';
  const model = parseArpa(smallArpa.replace('blue', word));
  expect(model.has(word)).toBe(true);
});

describe('what is wrong, with file and line', () => {
  it.each([
    [
      '\\data\\',
      'data',
      /small\.arpa:\d+: there is no line \\data\\; expected a language model in ARPA format/,
    ],
    ['ngram 2=6', 'ngram 2: 6', /small\.arpa:5: 'ngram 2: 6' where 'ngram ORDER=COUNT'/],
    ['ngram 2=6\n', '', /small\.arpa:5: order 3 where order 2 is expected/],
    ['ngram 2=6', 'ngram 2=7', /small\.arpa:\d+: there are 6 2-grams before this line, the header says 7/],
    ['ngram 3=2', 'ngram 3=1', /there are 2 3-grams before this line, the header says 1/],
    [
      '\\2-grams:',
      '\\3-grams:',
      /small\.arpa:17: '\\3-grams:' where \\2-grams: is expected.*there are 6 of order 2/,
    ],
    ['-0.5\tthe', '-0,5\tthe', /small\.arpa:12: '-0,5' where a logarithm of a probability is expected/],
    ['-0.5\tthe', 'NaN\tthe', /'NaN' where a logarithm/],
    ['-0.5\tthe', '0.5\tthe', /small\.arpa:12: the log10 probability is 0.5, expected 0 at most/],
    ['the\t-0.2', 'the\tlow', /small\.arpa:12: 'low' where a back-off weight is expected/],
    ['the\t-0.2', 'the\tInfinity', /'Infinity' where a back-off weight is expected/],
    [
      'the\t-0.2',
      'the\t-0.2\t1',
      /small\.arpa:12: '.*' has 4 fields, expected a log10 probability, 1 word, and/,
    ],
    [
      '-0.6\tdog </s>',
      '-0.6\tdog',
      /small\.arpa:20: '.*' has 2 fields, expected a log10 probability, 2 words/,
    ],
    ['-0.6\tdog </s>', '-0.6\tcat </s>', /small\.arpa:20: 'cat' is not among the 1-grams/],
    ['-0.6\tdog </s>', '-0.6\tthe dog', /small\.arpa:20: this n-gram stands here a second time/],
    ['<s> the dog', '<s> the dog\t-0.1', /small\.arpa:26: back-off weight -0.1 of the highest order/],
    ['\\end\\', '', /the file ends before \\end\\; load it again/],
    ['\\end\\', '\\4-grams:', /'\\4-grams:' where \\end\\ is expected/],
  ])('%j as %j', (old, replacement, message) => {
    expect(broken(old, replacement)).toThrow(DataError);
    expect(broken(old, replacement)).toThrow(message);
  });

  it('without orders, or without the ends of sentences', () => {
    expect(() => parseArpa('\\data\\\n\\1-grams:\n\\end\\')).toThrow(
      /text:2: after \\data\\ there is no line/,
    );
    expect(() => parseArpa('\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n\\end\\')).toThrow(
      /text: <s> is not among the 1-grams; build the model with the ends of sentences/,
    );
  });

  it('in a call', () => {
    expect(() => parseArpa(smallArpa, { unknown: 1 })).toThrow(
      /parseArpa: unknown must be .* at most 0, got 1/,
    );
  });
});

it('a number in the header that cannot be takes no memory', () => {
  expect(broken('ngram 3=2', 'ngram 3=99999999999999')).toThrow(/there are 2 3-grams before this line/);
});

it('words of a large vocabulary and many n-grams find their places', () => {
  const count = 3000;
  const word = (index: number) => `a-rather-long-word-${index}`;
  const text = [
    `\\data\\\nngram 1=${count + 2}\nngram 2=${3 * count}\n\\1-grams:\n-99 <s>\n-1 </s>`,
    ...Array.from({ length: count }, (_, index) => `-${index / 1000} ${word(index)} -0.5`),
    '\\2-grams:',
    ...Array.from({ length: 3 * count }, (_, index) => {
      const first = index % count;
      const second = (first * 7 + Math.floor(index / count)) % count;
      return `-${index / 10000} ${word(first)} ${word(second)}`;
    }),
    '\\end\\',
  ].join('\n');
  const model = parseArpa(text);
  for (let index = 0; index < 3 * count; index += 97) {
    const first = index % count;
    const { state } = model.score(model.empty, word(first));
    const { logProbability } = model.score(state, word((first * 7 + Math.floor(index / count)) % count));
    expect(logProbability / Math.LN10).toBeCloseTo(-index / 10000, 6);
  }
});
