import { describe, expect, it } from 'vitest';
import { recognitionOf } from './recognition.js';
import { SymbolTable } from './symbols.js';

const segment = (symbol: number, start: number, end: number, confidence: number) => ({
  symbol,
  start,
  end,
  confidence,
});

describe('recognitionOf', () => {
  it('joins characters to words with their times', () => {
    const table = new SymbolTable('char', [' ', 'a', 'b']);
    const segments = [
      segment(2, 1, 2, 0.5),
      segment(3, 4, 6, 0.5),
      segment(1, 6, 7, 0.1),
      segment(3, 8, 9, 0.9),
    ];
    const { text, symbols, words } = recognitionOf(segments, table, 0.02, []);
    expect(text).toBe('ab b');
    expect(symbols[1]).toEqual({ text: 'b', start: 0.08, end: 0.12, confidence: 0.5 });
    expect(words).toEqual([
      { text: 'ab', start: 0.02, end: 0.12, confidence: expect.closeTo(0.5, 12) },
      { text: 'b', start: 0.16, end: 0.18, confidence: expect.closeTo(0.9, 12) },
    ]);
  });

  it('takes each symbol as a word where symbols are words', () => {
    const table = new SymbolTable('word', ['one', 'two']);
    const { text, words } = recognitionOf([segment(2, 0, 1, 1), segment(2, 2, 3, 1)], table, 1, []);
    expect(text).toBe('two two');
    expect(words.map(({ start }) => start)).toEqual([0, 2]);
  });
});
