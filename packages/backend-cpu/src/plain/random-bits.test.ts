import { uniform } from '@ostinato/kernel';
import { expect, it } from 'vitest';
import { randomBits } from './random-bits.js';

it('draws the numbers of the kernel package', () => {
  for (let count = 0; count < 2000; count++) {
    const [seed0, seed1, position] = [1, 2, 3].map((lane) =>
      Math.floor(uniform(77, 5, count, lane) * 2 ** 24),
    ) as [number, number, number];
    const lane = count % 5;
    expect(randomBits(seed0, seed1, position, lane) / 2 ** 24).toBe(uniform(seed0, seed1, position, lane));
  }
});
