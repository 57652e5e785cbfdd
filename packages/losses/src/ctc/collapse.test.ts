import { describe, expect, it } from 'vitest';
import { ctcCollapse } from './collapse.js';
import { seeded, spelledBy } from './testing.js';

/** φ is 0, a is 1, b is 2, and so on. */
function read(path: string): string {
  const classes = [...path].map((letter) => 'φabcdefghijklmnopqrstuvwxyz'.indexOf(letter));
  return ctcCollapse(classes)
    .map((symbol) => 'φabcdefghijklmnopqrstuvwxyz'[symbol])
    .join('');
}

describe('the φ rules', () => {
  it('merge symbols that are repeated', () => {
    expect(read('hhheeo')).toBe('heo');
  });
  it('remove φ, wherever it stands', () => {
    expect(read('φφhφeφφoφ')).toBe('heo');
    expect(read('φφφ')).toBe('');
    expect(read('')).toBe('');
  });
  it('let doubled symbols survive where φ lies between', () => {
    expect(read('helφlo')).toBe('hello');
    expect(read('helllo')).toBe('helo');
    expect(read('hhelllφφlo')).toBe('hello');
  });
  it('read the same for different timings', () => {
    for (const path of ['cφaφt', 'ccccat', 'φcaaφφφtt', 'catφφ']) expect(read(path)).toBe('cat');
  });
});

it('the blank may be any class, and paths any array', () => {
  expect(ctcCollapse(Int32Array.of(0, 0, 2, 0, 1, 1, 2), 2)).toEqual([0, 0, 1]);
  expect(ctcCollapse([0, 0, 2, 0, 1, 1, 2], 1)).toEqual([0, 2, 0, 2]);
});

it('agrees with merging first and removing afterwards, on random paths', () => {
  const random = seeded(1);
  for (let round = 0; round < 500; round++) {
    const classes = 2 + Math.floor(3 * random());
    const path = Array.from({ length: Math.floor(12 * random()) }, () => Math.floor(classes * random()));
    const blank = Math.floor(classes * random());
    expect(ctcCollapse(path, blank)).toEqual(spelledBy(path, blank));
  }
});
