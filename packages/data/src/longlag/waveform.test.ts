import { expect, it } from 'vitest';
import { waveform } from './waveform.js';

it('has 320 samples from -1 to 1, whose mean is near 0', () => {
  for (let seed = 0; seed < 20; seed++) {
    const samples = waveform({ seed });
    expect(samples).toHaveLength(320);
    expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBe(1);
    expect(Math.abs(samples.reduce((sum, sample) => sum + sample, 0) / 320)).toBeLessThan(0.15);
  }
});

it('has slow and fast parts: a straight line from sample to sample errs, and so does a mean over forty', () => {
  const samples = waveform({ seed: 1 });
  const variance = samples.reduce((sum, sample) => sum + sample ** 2, 0) / 320;
  const part = (error: (at: number) => number): number => {
    let total = 0;
    for (let at = 20; at < 300; at++) total += error(at) ** 2 / 280;
    return total / variance;
  };
  const straight = part((at) => samples[at]! - (samples[at - 3]! + samples[at + 3]!) / 2);
  const smooth = part(
    (at) => samples[at]! - samples.subarray(at - 20, at + 20).reduce((a, b) => a + b, 0) / 40,
  );
  expect(straight).toBeGreaterThan(0.01);
  expect(smooth).toBeGreaterThan(0.2);
  expect(smooth).toBeLessThan(1);
});

it('depends on the seed alone', () => {
  expect(waveform({ seed: 5 })).toEqual(waveform({ seed: 5 }));
  expect(waveform({ seed: 5 })).not.toEqual(waveform({ seed: 6 }));
  expect(waveform({ samples: 50 })).toHaveLength(50);
  expect(() => waveform({ samples: 1 })).toThrow('waveform: samples must be a whole number from 2, got 1');
});
