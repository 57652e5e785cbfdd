import { expect, it } from 'vitest';
import { Random } from '../../random.js';
import { powerSpectrum } from './power-spectrum.js';

it.each([2, 4, 8, 64, 256, 512, 2048])(
  'is that of the transform by its definition, for %d numbers',
  (size) => {
    const random = new Random(size);
    const input = Float64Array.from({ length: size }, () => random.normal());
    const power = new Float64Array(size / 2 + 1);
    powerSpectrum(input, power);
    power.forEach((value, bin) => {
      let [real, imaginary] = [0, 0];
      input.forEach((sample, n) => {
        real += sample * Math.cos((2 * Math.PI * ((bin * n) % size)) / size);
        imaginary -= sample * Math.sin((2 * Math.PI * ((bin * n) % size)) / size);
      });
      expect(Math.abs(value - (real ** 2 + imaginary ** 2))).toBeLessThan(1e-11 * size);
    });
  },
);
