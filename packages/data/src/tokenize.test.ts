import { describe, expect, it } from 'vitest';
import { tokenize, tokenizeWithOffsets } from './tokenize.js';

describe('tokenize', () => {
  it.each([
    ['I would like to arrive Taipei on November 2nd.', 'i would like to arrive taipei on november 2nd .'],
    ["I'd like Boston's best, at 10 o'clock!", "i'd like boston's best , at 10 o'clock !"],
    ['What’s the fare?', "what's the fare ?"],
    ['At 10:30, 3.50 or 1,000 dollars.', 'at 10:30 , 3.50 or 1,000 dollars .'],
    [
      'From St. Louis to O’Hare at 5 p.m. on a U.S. airline',
      "from st. louis to o'hare at 5 p.m. on a u.s. airline",
    ],
    ['a round-trip (one-way?) ticket', 'a round-trip ( one-way ? ) ticket'],
    ['DL1055 costs $300', 'dl1055 costs $ 300'],
    ['"quoted" \'words\'', '" quoted " \' words \''],
    ["boston 's airport", "boston 's airport"],
    ['Zürich, São Paulo', 'zürich , são paulo'],
    ['我想去台北 11月2日', '我 想 去 台 北 11 月 2 日'],
    ['Москва — Київ', 'москва — київ'],
    ['we land.Then we wait', 'we land . then we wait'],
    ['', ''],
    [' \t\n ', ''],
  ])('cuts %j', (text, expected) => {
    expect(tokenize(text).join(' ')).toBe(expected);
  });

  it('keeps capitals and splits clitics when asked to', () => {
    expect(tokenize('To Rome', { lowerCase: false })).toEqual(['To', 'Rome']);
    expect(tokenize("What's Boston’s o'clock, I'd ask", { splitClitics: true })).toEqual(
      "what 's boston 's o'clock , i 'd ask".split(' '),
    );
  });

  it('leaves its own output as it is', () => {
    const text = "I'd fly at 10:30 a.m. from St. Louis (U.S.), for $1,000 or 3.50?";
    const once = tokenize(text);
    expect(tokenize(once.join(' '))).toEqual(once);
  });
});

describe('tokenizeWithOffsets', () => {
  it('points at the words in the original text', () => {
    const text = '  To Taipei’s \u{1f6eb} İzmir, e\u0301te: العربية ไทย 한국어';
    const tokens = tokenizeWithOffsets(text, { lowerCase: false });
    for (const { token, start, end } of tokens) expect(text.slice(start, end).replace('’', "'")).toBe(token);
    expect(tokens.map(({ token }) => token).join('')).toBe(text.replace('’', "'").replace(/\s/g, ''));
    expect(tokens.slice(0, 3).map(({ token }) => token)).toEqual(['To', "Taipei's", '\u{1f6eb}']);
    expect(tokens.at(-1)).toEqual({ token: '한국어', start: text.length - 3, end: text.length });
  });

  it('splits offsets with clitics', () => {
    expect(tokenizeWithOffsets("I'd", { splitClitics: true })).toEqual([
      { token: 'i', start: 0, end: 1 },
      { token: "'d", start: 1, end: 3 },
    ]);
  });
});
