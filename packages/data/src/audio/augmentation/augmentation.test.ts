import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { addNoise } from './add-noise.js';
import { changeGain } from './change-gain.js';
import { changeSpeed } from './change-speed.js';
import { type SpecAugmentOptions, specAugment } from './spec-augment.js';

function sine(frequency: number, samples: number): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, time) => 0.5 * Math.sin((2 * Math.PI * frequency * time) / 8000),
  );
}

const power = (samples: Float32Array) =>
  samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;

describe('changeSpeed', () => {
  it.each([0.9, 1.1, 1.037, 2])('makes a tone shorter and higher by %d', (factor) => {
    const samples = changeSpeed(sine(440, 4000), factor);
    expect(samples.length).toBe(Math.ceil(4000 / factor));
    const exact = sine(440 * factor, samples.length);
    for (let time = 300; time < samples.length - 300; time++) {
      expect(Math.abs((samples[time] as number) - (exact[time] as number))).toBeLessThan(1e-3);
    }
  });

  it('leaves speed 1 alone, and refuses what is no speed', () => {
    const samples = sine(440, 100);
    expect(changeSpeed(samples, 1)).toBe(samples);
    for (const factor of [0, -1, 11, Number.NaN]) {
      expect(() => changeSpeed(samples, factor)).toThrow(
        `changeSpeed: the factor must be a number from 0.1 to 10, got ${factor}`,
      );
    }
  });
});

describe('changeGain', () => {
  it('makes ten times of 20 dB, and refuses what is no gain', () => {
    const samples = Float32Array.of(0.1, -0.25);
    expect(changeGain(samples, 20)).toEqual(Float32Array.of(1, -2.5));
    expect(changeGain(samples, 0)).toEqual(samples);
    expect(() => changeGain(samples, Number.NaN)).toThrow(
      'changeGain: expected a finite number of dB, got NaN',
    );
  });
});

describe('addNoise', () => {
  it.each([-5, 0, 20])('adds white noise %d dB below the signal, the same for a seed', (signalToNoise) => {
    const samples = sine(440, 20_001);
    const noisy = addNoise(samples, { signalToNoise }, new Random(1));
    const noise = noisy.map((sample, time) => sample - (samples[time] as number));
    expect(10 * Math.log10(power(samples) / power(noise))).toBeCloseTo(signalToNoise, 0);
    // White: no sample tells about the next.
    const neighbours =
      noise.subarray(1).reduce((sum, value, time) => sum + value * (noise[time] as number), 0) / 20_000;
    expect(Math.abs(neighbours / power(noise))).toBeLessThan(0.03);
    // Normal: the fourth moment is three times the square of the second.
    expect(noise.reduce((sum, value) => sum + value ** 4, 0) / 20_001 / power(noise) ** 2).toBeCloseTo(3, 0);
    expect(addNoise(samples, { signalToNoise }, new Random(1))).toEqual(noisy);
    expect(addNoise(samples, { signalToNoise }, new Random(2))).not.toEqual(noisy);
    expect(samples).toEqual(sine(440, 20_001));
  });

  it('leaves silence alone, and refuses what is no ratio', () => {
    expect(addNoise(new Float32Array(3), { signalToNoise: 10 }, new Random(1))).toEqual(new Float32Array(3));
    expect(addNoise(new Float32Array(0), { signalToNoise: 10 }, new Random(1))).toEqual(new Float32Array(0));
    expect(() => addNoise(new Float32Array(3), { signalToNoise: Number.NaN }, new Random(1))).toThrow(
      'addNoise: signalToNoise must be a finite number of dB, got NaN',
    );
  });
});

describe('specAugment', () => {
  const [count, size] = [60, 24];
  const frames = { data: new Float32Array(count * size).fill(1), count, size };
  /** Which rows, and which columns of all rows that are not hidden altogether, are hidden. */
  function hidden(options: SpecAugmentOptions, seed: number) {
    const { data } = specAugment(frames, { value: 7, ...options }, new Random(seed));
    const row = (time: number) => [...data.subarray(time * size, (time + 1) * size)];
    const times = Array.from({ length: count }, (_, time) => time).filter((time) =>
      row(time).every((value) => value === 7),
    );
    const rest = Array.from({ length: count }, (_, time) => time).filter((time) => !times.includes(time));
    const bands = Array.from({ length: size }, (_, band) => band).filter((band) =>
      rest.every((time) => row(time)[band] === 7),
    );
    const total = data.filter((value) => value === 7).length;
    expect(total).toBe(times.length * size + rest.length * bands.length);
    return { times, bands };
  }
  const consecutive = (places: readonly number[]) =>
    places.every((place, index) => index === 0 || place === (places[index - 1] as number) + 1);

  it('hides stretches of time and bands, of any width up to the most, anywhere', () => {
    const masks = Array.from({ length: 400 }, (_, seed) =>
      hidden({ timeMasks: 1, timeWidth: 9, frequencyMasks: 1, frequencyWidth: 5 }, seed),
    );
    for (const { times, bands } of masks)
      expect([consecutive(times), consecutive(bands)]).toEqual([true, true]);
    expect(new Set(masks.map(({ times }) => times.length))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(new Set(masks.map(({ bands }) => bands.length))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(new Set(masks.flatMap(({ times }) => times)).size).toBe(count);
    expect(new Set(masks.flatMap(({ bands }) => bands)).size).toBe(size);
  });

  it('hides the same bands in each block', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { bands } = hidden({ timeMasks: 0, frequencyMasks: 1, frequencyWidth: 4, blocks: 3 }, seed);
      const first = bands.filter((band) => band < 8);
      expect(bands).toEqual([0, 8, 16].flatMap((block) => first.map((band) => block + band)));
    }
  });

  it('leaves something of short recordings, takes none, and changes nothing without masks', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(
        hidden({ timeMasks: 1, timeWidth: 60, frequencyMasks: 0 }, seed).times.length,
      ).toBeLessThanOrEqual(12);
    }
    expect(specAugment({ data: new Float32Array(0), count: 0, size: 4 }, {}, new Random(1)).count).toBe(0);
    expect(specAugment(frames, { timeMasks: 0, frequencyMasks: 0 }, new Random(1))).toEqual(frames);
    specAugment(frames, {}, new Random(1));
    expect(frames.data.every((value) => value === 1)).toBe(true);
  });

  it.each<[SpecAugmentOptions, string]>([
    [{ timeMasks: -1 }, 'specAugment: timeMasks must be a whole number from 0, got -1'],
    [{ frequencyWidth: 0.5 }, 'specAugment: frequencyWidth must be a whole number from 0, got 0.5'],
    [{ timeShare: 2 }, 'specAugment: timeShare must be a number from 0 to 1, got 2'],
    [{ blocks: 5 }, 'specAugment: rows of 24 numbers do not fall into 5 equal blocks'],
  ])('refuses %j', (options, message) => {
    expect(() => specAugment(frames, options, new Random(1))).toThrow(message);
  });
});
