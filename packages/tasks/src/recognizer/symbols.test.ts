import { describe, expect, it } from 'vitest';
import { cut, SymbolTable, stepsNeeded } from './symbols.js';

describe('SymbolTable', () => {
  it('cuts transcripts into characters, with one blank between words', () => {
    expect(cut('  to \t be ', 'char')).toEqual(['t', 'o', ' ', 'b', 'e']);
    expect(cut('e\u0301', 'char')).toEqual(['\u00e9']);
  });

  it('or into words', () => {
    expect(cut(' three  one ', 'word')).toEqual(['three', 'one']);
    expect(cut('', 'word')).toEqual([]);
  });

  it('numbers symbols from 1, in the order of their code points', () => {
    const table = SymbolTable.of('word', ['two one', 'one three']);
    expect(table.symbols).toEqual(['one', 'three', 'two']);
    expect(table.classes).toBe(4);
    expect(table.encode('test', 'a.wav', 'two one')).toEqual([3, 1]);
    expect(table.textOf([3, 1])).toBe('two one');
  });

  it('always has the blank between words among characters', () => {
    expect(SymbolTable.of('char', ['ba']).symbols).toEqual([' ', 'a', 'b']);
    expect(SymbolTable.of('char', ['']).symbols).toEqual([]);
  });

  it('spells texts of characters', () => {
    const table = SymbolTable.of('char', ['a b']);
    expect(table.textOf(table.encode('test', 'a.wav', 'ba ab'))).toBe('ba ab');
  });

  it('names recording and symbol where it lacks one', () => {
    const table = new SymbolTable('char', ['a', 'b']);
    expect(() => table.encode('test', 'list.tsv:3: x.wav', 'abc')).toThrow(
      "test: list.tsv:3: x.wav: the transcript 'abc' has the symbol 'c', which is none of the 2 of the recognizer (a b); " +
        'correct the transcript, or train a recognizer that knows the symbol',
    );
  });
});

describe('stepsNeeded', () => {
  it.each([
    [[], 0],
    [[1], 1],
    [[1, 2, 1], 3],
    [[1, 1, 1], 5],
  ])('of %j is %i', (target, steps) => {
    expect(stepsNeeded(target)).toBe(steps);
  });
});
