import { describe, expect, it } from 'vitest';
import { DataError } from './errors.js';

describe('DataError', () => {
  it('puts file and line before the message, as compilers do', () => {
    const error = new DataError('5 labels for 6 words', { file: 'seq.out', line: 17 });
    expect(error.message).toBe('seq.out:17: 5 labels for 6 words');
    expect(error).toMatchObject({ name: 'DataError', file: 'seq.out', line: 17 });
    expect(error).toBeInstanceOf(Error);
    // What isOstinatoError of @ostinato/kernel looks for.
    expect(Symbol.for('ostinato.error') in error).toBe(true);
  });

  it('does without line, file or both, and keeps the cause', () => {
    const cause = new Error('why');
    expect(new DataError('empty', { file: 'a' }).message).toBe('a: empty');
    expect(new DataError('odd', { line: 3 }).message).toBe('line 3: odd');
    const bare = new DataError('bare', {}, { cause });
    expect(bare.message).toBe('bare');
    expect(bare.cause).toBe(cause);
    expect('file' in bare && bare.file !== undefined).toBe(false);
  });
});
