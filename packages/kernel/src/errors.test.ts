import { describe, expect, it } from 'vitest';
import * as errors from './errors.js';

const { formatShape, OstinatoError, ...classes } = errors;

describe('errors', () => {
  it.each(Object.entries(classes))('%s has its name and the one base class', (name, Kind) => {
    const error = new Kind('what went wrong');
    expect(error).toBeInstanceOf(OstinatoError);
    expect(error).toBeInstanceOf(Error);
    expect(`${error}`).toBe(`${name}: what went wrong`);
  });

  it('write shapes as people read them', () => {
    expect(formatShape([2, 3])).toBe('[2, 3]');
    expect(formatShape([])).toBe('[]');
  });
});
