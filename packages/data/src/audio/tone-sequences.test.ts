import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.js';
import type { AudioClip } from './clip.js';
import { type ToneSequencesOptions, toneSequences } from './tone-sequences.js';
import type { Utterance } from './utterance.js';

const all = (options: ToneSequencesOptions): Utterance[] => Object.values(toneSequences(options)).flat();

/** The part of the power that lies at a frequency, by the definition of the Fourier transform: 1 for a sine. */
function share(samples: Float32Array, frequency: number, sampleRate: number): number {
  let [real, imaginary, power] = [0, 0, 0];
  samples.forEach((sample, time) => {
    real += sample * Math.cos((2 * Math.PI * frequency * time) / sampleRate);
    imaginary += sample * Math.sin((2 * Math.PI * frequency * time) / sampleRate);
    power += sample * sample;
  });
  return (2 * (real ** 2 + imaginary ** 2)) / (samples.length * power);
}

const best = (shares: readonly number[]) => shares.indexOf(Math.max(...shares));

/** What a listener without training hears: in frames of 20 ms the loudest row and column, where they hold most of the power. */
function listen({ samples, sampleRate }: AudioClip): string {
  const frame = 0.02 * sampleRate;
  const heard: string[] = [];
  for (let begin = 0; begin + frame <= samples.length; begin += frame / 4) {
    const piece = samples.subarray(begin, begin + frame);
    const rows = [697, 770, 852, 941].map((frequency) => share(piece, frequency, sampleRate));
    const columns = [1209, 1336, 1477, 1633].map((frequency) => share(piece, frequency, sampleRate));
    const clear = Math.max(...rows) + Math.max(...columns) > 0.75;
    heard.push(clear ? (['123A', '456B', '789C', '*0#D'][best(rows)]?.[best(columns)] as string) : ' ');
  }
  // Three frames of one symbol are a symbol.
  const runs = heard.join('').match(/(.)\1*/g) ?? [];
  return runs
    .filter((run) => run.length >= 3)
    .map((run) => run[0])
    .join('')
    .replaceAll(' ', '');
}

describe('toneSequences', () => {
  it('holds what the transcripts say, clear enough to be heard without training', () => {
    const utterances = all({ seed: 5, train: 150, dev: 0, test: 0 });
    const right = utterances.filter(({ clip, transcript }) => listen(clip) === transcript);
    expect(right.length).toBeGreaterThan(0.9 * 150);
  });

  it('varies length, duration and loudness', () => {
    const utterances = all({ seed: 2, train: 400, dev: 0, test: 0 });
    expect(new Set(utterances.map(({ transcript }) => transcript.length))).toEqual(
      new Set([1, 2, 3, 4, 5, 6, 7, 8]),
    );
    expect(new Set(utterances.flatMap(({ transcript }) => [...transcript])).size).toBe(16);
    const seconds = utterances
      .filter(({ transcript }) => transcript.length === 8)
      .map(({ clip }) => clip.samples.length / clip.sampleRate);
    expect(Math.max(...seconds) / Math.min(...seconds)).toBeGreaterThan(1.5);
    const loudest = utterances.map(({ clip }) =>
      clip.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
    );
    expect(Math.max(...loudest)).toBeLessThan(1);
    expect(Math.max(...loudest) / Math.min(...loudest)).toBeGreaterThan(4);
  });

  it('has a gap between equal symbols that holds a frame of 25 ms', () => {
    for (const { clip, transcript } of all({
      symbols: '7',
      length: [4, 4],
      signalToNoise: [60, 60],
      train: 30,
      dev: 0,
      test: 0,
    })) {
      const { samples } = clip;
      const loud = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      const silences = [...samples].map((sample) => (Math.abs(sample) > 0.05 * loud ? '#' : '.')).join('');
      const gaps = (silences.replace(/^\.+|\.+$/g, '').match(/\.{200,}/g) ?? []).length;
      expect([transcript, gaps]).toEqual(['7777', 3]);
    }
  });

  it('is the same for a seed, whatever the number in other parts', () => {
    const one = toneSequences({ seed: 4, train: 3, dev: 2, test: 1 });
    const other = toneSequences({ seed: 4, train: 2, dev: 3, test: 1 });
    expect(other.train).toEqual(one.train.slice(0, 2));
    expect(other.dev.slice(0, 2)).toEqual(one.dev);
    expect(other.test).toEqual(one.test);
    expect(toneSequences({ seed: 5, train: 3, dev: 0, test: 0 }).train).not.toEqual(one.train);
    const utterances = Object.values(one).flat();
    expect(new Set(utterances.map(({ clip }) => clip.samples[50])).size).toBe(utterances.length);
  });

  it('has the noise that is asked for', () => {
    const options = { seed: 1, train: 1, dev: 0, test: 0, length: [8, 8] } as const;
    const [clean] = all({ ...options, signalToNoise: [150, 150] }) as [Utterance];
    const [noisy] = all({ ...options, signalToNoise: [20, 20] }) as [Utterance];
    const power = (samples: Float32Array) =>
      samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    const tones = clean.clip.samples.filter((sample) => Math.abs(sample) > 1e-4);
    const noise = power(
      noisy.clip.samples.map((sample, time) => sample - (clean.clip.samples[time] as number)),
    );
    expect(10 * Math.log10(power(tones) / noise)).toBeCloseTo(20, 0);
  });

  it.each<[ToneSequencesOptions, string]>([
    [{ symbols: '12E' }, "symbols must be one or more of #*0123456789ABCD, each once, got '12E'"],
    [{ symbols: '' }, "got ''"],
    [{ symbols: '11' }, "got '11'"],
    [{ sampleRate: 3000 }, 'sampleRate must be 4000 or more, got 3000'],
    [{ length: [0, 3] }, 'length must be a whole number from 1, got 0'],
    [{ length: [4, 3] }, 'length must be a whole number from 4, got 3'],
    [{ signalToNoise: [30, 10] }, 'signalToNoise must be two numbers of dB, the lower first'],
    [{ train: -1 }, 'train must be a whole number from 0, got -1'],
  ])('refuses %j', (options, message) => {
    expect(() => toneSequences(options)).toThrow(DataError);
    expect(() => toneSequences(options)).toThrow(`toneSequences: `);
    expect(() => toneSequences(options)).toThrow(message);
  });
});
