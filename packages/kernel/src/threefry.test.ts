import { describe, expect, it } from 'vitest';
import { threefry2x32, uniform } from './threefry.js';

/** Known answers of Random123 (`kat_vectors`): rounds, counter, key, result. */
const knownAnswers = `
  13 00000000 00000000 00000000 00000000 9d1c5ec6 8bd50731
  13 ffffffff ffffffff ffffffff ffffffff fd36d048 2d17272c
  13 243f6a88 85a308d3 13198a2e 03707344 ba3e4725 f27d669e
  20 00000000 00000000 00000000 00000000 6b200159 99ba4efe
  20 ffffffff ffffffff ffffffff ffffffff 1cb996fc bb002be7
  20 243f6a88 85a308d3 13198a2e 03707344 c4923a9c 483df7a0
  32 00000000 00000000 00000000 00000000 cee3d47e a23dfd5c
  32 ffffffff ffffffff ffffffff ffffffff 6e2fe0d0 b1b76f82`;

describe('threefry2x32', () => {
  it.each(knownAnswers.trim().split('\n'))('gives the published answer: %s', (line) => {
    const [rounds, ...words] = line.trim().split(' ') as [string, ...string[]];
    const [counter0, counter1, key0, key1, ...answer] = words.map((word) => Number.parseInt(word, 16)) as [
      number,
      number,
      number,
      number,
      ...number[],
    ];
    expect(threefry2x32(key0, key1, counter0, counter1, Number(rounds))).toEqual(answer);
    if (rounds === '13') expect(threefry2x32(key0, key1, counter0, counter1)).toEqual(answer);
  });
});

describe('uniform', () => {
  it('is the first word, its upper 24 bits', () => {
    expect(uniform(0, 0, 0, 0)).toBe(0x9d1c5e / 2 ** 24);
  });

  it('lies in [0, 1), evenly, and differs from lane to lane', () => {
    const draws = (lane: number): number[] =>
      Array.from({ length: 10000 }, (_, position) => uniform(5, 7, position, lane));
    const first = draws(0);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first)).toBeLessThan(1);
    const mean = first.reduce((sum, draw) => sum + draw, 0) / first.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / first.length));
    const other = draws(1);
    const correlation = first.reduce((sum, draw, index) => sum + (draw - 0.5) * (other[index]! - 0.5), 0);
    expect(Math.abs((12 * correlation) / first.length)).toBeLessThan(4 / Math.sqrt(first.length));
  });
});
