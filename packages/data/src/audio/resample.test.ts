import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { Resampler, resample } from './resample.js';

function sine(frequency: number, sampleRate: number, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, time) =>
    Math.sin((2 * Math.PI * frequency * time) / sampleRate + 0.3),
  );
}

/** The largest magnitude away from the ends, where the recording begins and stops all at once. */
function loudest(samples: Float32Array): number {
  const edge = Math.min(700, samples.length / 4);
  return samples
    .subarray(edge, samples.length - edge)
    .reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

const rates = [
  [8000, 16000],
  [16000, 8000],
  [44100, 16000],
  [11025, 8000],
  [48000, 8000],
  [8000, 22050],
] as const;

describe('resample', () => {
  it.each(rates)(
    '%d to %d Hz: up to 0.9 of the lower Nyquist frequency a sine stays itself, within 0.1 %%',
    (from, to) => {
      const nyquist = Math.min(from, to) / 2;
      for (const part of [0.01, 0.3, 0.7, 0.9]) {
        const { samples, sampleRate } = resample(
          { samples: sine(part * nyquist, from, from / 2), sampleRate: from },
          to,
        );
        expect(sampleRate).toBe(to);
        expect(samples.length).toBe(Math.ceil(((from / 2) * to) / from));
        const exact = sine(part * nyquist, to, samples.length);
        expect(loudest(samples.map((sample, time) => sample - (exact[time] as number)))).toBeLessThan(1e-3);
      }
    },
  );

  it.each(rates.filter(([from, to]) => from > to))(
    '%d to %d Hz: what is too high for the new rate is 80 dB down',
    (from, to) => {
      for (const part of [1, 1.05, 1.3, from / to]) {
        const { samples } = resample(
          { samples: sine((part * to) / 2, from, from / 2), sampleRate: from },
          to,
        );
        expect(20 * Math.log10(loudest(samples))).toBeLessThan(-80);
      }
    },
  );

  it('keeps a constant, also between the samples, and the place of a click', () => {
    const constant = resample({ samples: new Float32Array(2000).fill(0.5), sampleRate: 8000 }, 11025).samples;
    expect(loudest(constant.map((sample) => sample - 0.5))).toBeLessThan(1e-6);
    const click = resample(
      { samples: new Float32Array(900).fill(1, 450, 451), sampleRate: 8000 },
      16000,
    ).samples;
    expect(click.indexOf(Math.max(...click))).toBe(900);
  });

  it('is the clip itself where the rate is right, and takes clips shorter than the filter', () => {
    const clip = { samples: Float32Array.of(0.5), sampleRate: 8000 };
    expect(resample(clip, 8000)).toBe(clip);
    expect(resample(clip, 16000).samples).toHaveLength(2);
    expect(resample(clip, 1000).samples).toHaveLength(1);
    expect(resample({ ...clip, samples: new Float32Array(0) }, 16000).samples).toHaveLength(0);
  });

  it.each(rates)('%d to %d Hz in pieces gives the same samples, bit for bit', (from, to) => {
    const random = new Random(1);
    const samples = Float32Array.from({ length: 3000 }, () => random.normal());
    const whole = resample({ samples, sampleRate: from }, to).samples;
    for (const longest of [1, 7, 200, 1500]) {
      const resampler = new Resampler(from, to);
      const pieces: number[] = [];
      for (let begin = 0; begin < samples.length; ) {
        const end = begin + random.integer(longest + 1);
        pieces.push(...resampler.push(samples.subarray(begin, end)));
        begin = end;
      }
      pieces.push(...resampler.end());
      expect(Float32Array.from(pieces)).toEqual(whole);
    }
  });

  it('says what rates may be', () => {
    const clip = { samples: Float32Array.of(0.5), sampleRate: 8000 };
    expect(() => resample(clip, 0)).toThrow(
      'resample: a sample rate is a whole number from 1 to 768000 Hz, got 0',
    );
    expect(() => resample({ ...clip, sampleRate: 8000.5 }, 8000)).toThrow('got 8000.5');
    expect(() => resample({ ...clip, sampleRate: 767_999 }, 8000)).toThrow(/takes a filter of \d+ weights/);
  });

  it('takes no samples after the end', () => {
    const resampler = new Resampler(8000, 16000);
    resampler.end();
    expect(() => resampler.push(new Float32Array(1))).toThrow('push() after end()');
  });
});
