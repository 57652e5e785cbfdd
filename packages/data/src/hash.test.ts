import { expect, it } from 'vitest';
import { fnv1a } from './hash.js';

it('gives the published FNV-1a values', () => {
  // http://www.isthe.com/chongo/src/fnv/test_fnv.c
  expect(fnv1a('')).toBe(0x811c9dc5);
  expect(fnv1a('a')).toBe(0xe40c292c);
  expect(fnv1a('foobar')).toBe(0xbf9cf968);
});

it('hashes the UTF-8 bytes that TextEncoder gives, lone surrogates included', () => {
  for (const text of ['é', '台北', '\u{1f6eb} taipei', '\ud800x', 'ß\u0301']) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
    expect(fnv1a(text)).toBe(hash >>> 0);
  }
});
