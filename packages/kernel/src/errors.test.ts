import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as errors from './errors.js';

const { formatShape, isOstinatoError, OstinatoError, ...classes } = errors;

describe('errors', () => {
  it.each(Object.entries(classes))('%s has its name and the one base class', (name, Kind) => {
    const error = new Kind('what went wrong');
    expect(error).toBeInstanceOf(OstinatoError);
    expect(error).toBeInstanceOf(Error);
    expect(`${error}`).toBe(`${name}: what went wrong`);
    expect(isOstinatoError(error)).toBe(true);
    expect(inspect(error)).not.toContain('ostinato.error');
  });

  it('are told from all others', () => {
    expect(isOstinatoError(new OstinatoError('what went wrong'))).toBe(true);
    for (const other of [new Error('no'), new TypeError('no'), 'no', undefined, null, { message: 'no' }])
      expect(isOstinatoError(other)).toBe(false);
  });

  it('write shapes as people read them', () => {
    expect(formatShape([2, 3])).toBe('[2, 3]');
    expect(formatShape([])).toBe('[]');
  });
});
