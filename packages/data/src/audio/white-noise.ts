import type { Random } from '../random.js';

/** Adds normally distributed noise, in place; both numbers of each polar draw are used (Marsaglia & Bray 1964). */
export function addWhiteNoise(samples: Float32Array, deviation: number, random: Random): void {
  for (let time = 0; time < samples.length; time += 2) {
    let [x, y, square] = [0, 0, 0];
    do {
      x = random.uint32() / 2 ** 31 - 1;
      y = random.uint32() / 2 ** 31 - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = deviation * Math.sqrt((-2 * Math.log(square)) / square);
    samples[time] = (samples[time] as number) + scale * x;
    if (time + 1 < samples.length) samples[time + 1] = (samples[time + 1] as number) + scale * y;
  }
}
