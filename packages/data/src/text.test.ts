import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';
import { decodeUtf8, splitLines, splitWords } from './text.js';

describe('decodeUtf8', () => {
  it('reads UTF-8 of every length and drops a byte order mark', () => {
    const text = 'a é 台 \u{1f6eb} \u{10ffff} \ud7ff \ue000';
    expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('a');
  });

  it.each([
    ['Latin-1', [0x5a, 0xfc, 0x72], 1],
    ['a lone continuation byte', [0x61, 0x80], 1],
    ['an overlong form', [0xc0, 0xaf], 0],
    ['an overlong form of three', [0xe0, 0x80, 0x80], 0],
    ['a surrogate', [0x61, 0x62, 0xed, 0xa0, 0x80], 2],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a cut sequence', [0xf0, 0x9f, 0x9b], 0],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00], 0],
  ])('refuses %s and says where', (_, bytes, offset) => {
    const text = [0x61, 0x0a, 0xc3, 0xa9, 0x0a, ...bytes];
    const message = `a.txt:3: not UTF-8: byte 0x${bytes[offset]?.toString(16)} at offset ${5 + offset}`;
    expect(() => decodeUtf8(Uint8Array.from(text), 'a.txt')).toThrow(message);
    expect(() => decodeUtf8(Uint8Array.from(text), 'a.txt')).toThrow(DataError);
  });
});

describe('splitLines and splitWords', () => {
  it('take either line end and drop the last one', () => {
    expect(splitLines('\ufeffa\r\nb\n\nc\n')).toEqual(['a', 'b', '', 'c']);
    expect(splitLines('a')).toEqual(['a']);
    expect(splitLines('')).toEqual([]);
  });

  it('cut at blanks and tabs', () => {
    expect(splitWords('  a\t b  c ')).toEqual(['a', 'b', 'c']);
    expect(splitWords(' ')).toEqual([]);
  });
});
