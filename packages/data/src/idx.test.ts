import { describe, expect, it } from 'vitest';
import { parseIdx } from './idx.js';

const header = (...lengths: number[]) => [
  0,
  0,
  8,
  lengths.length,
  ...lengths.flatMap((length) => [0, 0, length >> 8, length & 255]),
];

describe('parseIdx', () => {
  it('reads shape and bytes', () => {
    const { shape, data } = parseIdx(Uint8Array.from([...header(2, 3), 1, 2, 3, 4, 5, 255]));
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 255]);
    expect(parseIdx(Uint8Array.from([...header(300), ...new Array(300).fill(7)])).shape).toEqual([300]);
  });

  it.each([
    ['another file', [31, 139, 8, 0], 'm: this is no IDX file, which begins with two zero bytes'],
    ['nothing', [], 'm: this is no IDX file'],
    ['floats', [0, 0, 13, 1, 0, 0, 0, 0], 'm: the type is 0x0d, expected 0x08, unsigned bytes'],
    ['a cut header', [0, 0, 8, 2, 0, 0, 0, 1], 'm: the file ends within its header of 12 bytes'],
    [
      'cut data',
      [...header(2, 2), 1, 2, 3],
      'm: the header says 2 x 2 bytes, there are 3; load the file again',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(Uint8Array.from(bytes), 'm')).toThrow(message);
  });
});
