import { describe, expect, it } from 'vitest';
import { DataError } from '../../errors.js';
import { Random } from '../../random.js';
import type { Frames } from './frames.js';
import type { SpeechFeaturesOptions } from './options.js';
import { speechFeatures } from './speech-features.fixture.js';
import { SpeechFeatures } from './speech-features.js';

/** The sound of speech-features.py. */
function sound(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) =>
    n >= 300 && n < 640 ? 0 : (((7 * n * n + 31 * n) % 20011) - 10005) / 32768,
  );
}

function sine(frequency: number, sampleRate: number, samples: number): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, time) => 0.5 * Math.sin((2 * Math.PI * frequency * time) / sampleRate),
  );
}

const rows = ({ data, count, size }: Frames): number[][] =>
  Array.from({ length: count }, (_, frame) => [...data.subarray(frame * size, (frame + 1) * size)]);

describe('compute', () => {
  it.each(speechFeatures.map((entry) => [entry.options.kind, entry.options.normalization, entry] as const))(
    'gives the %s of a second implementation, normalization %s',
    (_, __, { options, samples, frames }) => {
      const features = new SpeechFeatures(options);
      const found = features.compute(sound(samples));
      expect(found.size).toBe(features.size);
      expect(found.count).toBe(features.frameCount(samples));
      const differences = rows(found).map((row, frame) =>
        row.map((value, column) => Math.abs(value - (frames[frame]?.[column] as number))),
      );
      expect(differences.map((row) => row.length)).toEqual(frames.map((row) => row.length));
      expect(Math.max(...differences.flat())).toBeLessThan(1e-5);
    },
  );

  it('finds a tone in the band of its frequency', () => {
    const features = new SpeechFeatures({
      sampleRate: 8000,
      bands: 20,
      minimumFrequency: 0,
      normalization: 'none',
    });
    // The middles of 20 bands up to 4000 Hz, 2146.06 mel: every 102.19 mel, whose frequencies are 700 (10^(mel / 2595) - 1).
    for (const band of [2, 7, 13, 19]) {
      const middle = 700 * (10 ** ((102.193 * (band + 1)) / 2595) - 1);
      for (const row of rows(features.compute(sine(middle, 8000, 2000)))) {
        expect(row.indexOf(Math.max(...row))).toBe(band);
      }
    }
  });

  it('grows by ln 4 where the sound is twice as loud, and takes silence for the floor', () => {
    const features = new SpeechFeatures({ sampleRate: 8000, normalization: 'none', floor: 1e-9 });
    const samples = sine(440, 8000, 200);
    const [soft] = rows(features.compute(samples)) as [number[]];
    const [loud] = rows(features.compute(samples.map((sample) => 2 * sample))) as [number[]];
    for (const [band, value] of loud.entries())
      expect(value - (soft[band] as number)).toBeCloseTo(Math.log(4), 5);
    expect(rows(features.compute(new Float32Array(200)))[0]).toEqual(
      Array(40).fill(Math.fround(Math.log(1e-9))),
    );
  });

  it('leaves out what does not fill a frame, and has no frames of what is shorter than one', () => {
    const features = new SpeechFeatures({ sampleRate: 8000, deltas: 2 });
    for (const [samples, count] of [
      [0, 0],
      [199, 0],
      [200, 1],
      [279, 1],
      [280, 2],
      [8000, 98],
    ] as const) {
      expect(features.frameCount(samples)).toBe(count);
      expect(features.compute(sound(samples))).toMatchObject({ count, size: 120 });
    }
    expect(rows(features.compute(sound(200)))[0]).toEqual(Array(120).fill(0));
  });

  it('makes mean 0 and deviation 1 of each number by normalization of the utterance, and 0 of what never changes', () => {
    const frames = new SpeechFeatures({ sampleRate: 8000, deltas: 1 }).compute(sound(4000));
    for (let column = 0; column < frames.size; column++) {
      const values = rows(frames).map((row) => row[column] as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean)).toBeLessThan(1e-6);
      expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1, 4);
    }
    const silence = new SpeechFeatures({ sampleRate: 8000, deltas: 1 }).compute(new Float32Array(4000));
    expect(silence.data.every((value) => value === 0)).toBe(true);
  });
});

describe('stream', () => {
  const random = new Random(3);
  const samples = Float32Array.from({ length: 5000 }, () => 0.2 * random.normal());
  it.each<[string, SpeechFeaturesOptions]>([
    ['log-mel', { sampleRate: 8000, normalization: 'none' }],
    ['MFCC with deltas', { sampleRate: 8000, kind: 'mfcc', deltas: 2, normalization: 'none' }],
    [
      'running normalization',
      { sampleRate: 16000, deltas: 2, normalization: 'running', normalizationTime: 0.1 },
    ],
    ['a wide window for deltas', { sampleRate: 8000, deltas: 1, deltaWindow: 40, normalization: 'running' }],
  ])('gives the frames of compute for any pieces, bit for bit: %s', (_, options) => {
    const features = new SpeechFeatures(options);
    const whole = features.compute(samples);
    expect(whole.count).toBeGreaterThan(20);
    for (const longest of [1, 50, 700, 5000]) {
      const stream = features.stream();
      const pieces: Frames[] = [];
      for (let begin = 0; begin < samples.length; ) {
        const end = begin + random.integer(longest + 1);
        pieces.push(stream.push(samples.subarray(begin, end)));
        begin = end;
      }
      pieces.push(stream.end());
      expect(pieces.reduce((sum, { count }) => sum + count, 0)).toBe(whole.count);
      expect(Float32Array.from(pieces.flatMap(({ data }) => [...data]))).toEqual(whole.data);
    }
  });

  it('gives a frame when its last sample is there, two later for each slope', () => {
    const [plain, slopes] = ([0, 2] as const).map((deltas) =>
      new SpeechFeatures({ sampleRate: 8000, deltas, normalization: 'none' }).stream(),
    ) as [ReturnType<SpeechFeatures['stream']>, ReturnType<SpeechFeatures['stream']>];
    const counts = [199, 1, 79, 1, 239, 1].map((length) =>
      [plain, slopes].map((stream) => stream.push(sound(length)).count),
    );
    expect(counts).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
      [1, 0],
      [2, 0],
      [1, 1],
    ]);
    expect([plain.end().count, slopes.end().count]).toEqual([0, 4]);
  });

  it('does not mix streams that run at the same time', () => {
    const features = new SpeechFeatures({ sampleRate: 8000, deltas: 1, normalization: 'running' });
    const [one, other] = [features.stream(), features.stream()];
    const first = [one.push(samples.subarray(0, 1500))];
    other.push(sound(2000));
    first.push(one.push(samples.subarray(1500)), one.end());
    expect(Float32Array.from(first.flatMap(({ data }) => [...data]))).toEqual(features.compute(samples).data);
  });

  it('says that the normalization of an utterance cannot be streamed, and that a stream has ended', () => {
    expect(() => new SpeechFeatures({ sampleRate: 8000 }).stream()).toThrow(
      "features: normalization 'utterance' needs the whole recording, so it cannot be streamed",
    );
    const stream = new SpeechFeatures({ sampleRate: 8000, normalization: 'none' }).stream();
    stream.end();
    expect(() => stream.push(samples)).toThrow('features: push() after end()');
    expect(() => stream.end()).toThrow('features: end() after end()');
  });
});

describe('options', () => {
  it('fills in what is not given, and survives a file', () => {
    const features = new SpeechFeatures({ sampleRate: 16000, kind: 'mfcc', deltas: 1 });
    expect(features.options).toMatchObject({
      bands: 26,
      coefficients: 13,
      fftSize: 512,
      maximumFrequency: 8000,
    });
    const again = SpeechFeatures.fromJSON(JSON.parse(JSON.stringify(features)));
    expect(again.options).toEqual(features.options);
    expect(again.size).toBe(26);
    expect(again.compute(sound(2000))).toEqual(features.compute(sound(2000)));
  });

  const { options } = new SpeechFeatures({ sampleRate: 8000 });
  it.each<[unknown, string]>([
    [null, 'expected an object, got null'],
    [{ sampleRate: 8000 }, "'kind' is missing; the file is damaged"],
    [{ ...options, hop: 1 }, "nobody knows 'hop'"],
    [{ ...options, bands: '40' }, 'bands must be a whole number from 1 to 4096, got 40'],
  ])('refuses the description %j', (json, message) => {
    expect(() => SpeechFeatures.fromJSON(json)).toThrow(DataError);
    expect(() => SpeechFeatures.fromJSON(json)).toThrow(`features: `);
    expect(() => SpeechFeatures.fromJSON(json)).toThrow(message);
  });

  it.each<[object, string]>([
    [{ sampleRate: 0 }, 'a sample rate is a whole number from 1 to 768000 Hz, got 0'],
    [{ kind: 'plp' }, 'kind must be logMel, mfcc, got plp'],
    [{ frameLength: 0 }, 'frameLength must be a number from 0.00025 to 10, got 0'],
    [{ frameStep: 0.03 }, 'frameStep must be a number from 0.000125 to 0.025, got 0.03'],
    [{ bands: 0 }, 'bands must be a whole number from 1 to 4096, got 0'],
    [
      { bands: 200 },
      'band 2 of 200, 33.6 to 47.4 Hz, lies between two bins of the spectrum, which are 31.3 Hz apart',
    ],
    [{ kind: 'mfcc', coefficients: 27 }, 'coefficients must be a whole number from 1 to 26, got 27'],
    [{ deltas: 3 }, 'deltas must be 0, 1, 2, got 3'],
    [{ deltaWindow: 0 }, 'deltaWindow must be a whole number from 1 to 100'],
    [{ minimumFrequency: -1 }, 'minimumFrequency must be a number from 0 to 4000, got -1'],
    [{ maximumFrequency: 4001 }, 'maximumFrequency must be a number from 20 to 4000, got 4001'],
    [{ preEmphasis: Number.NaN }, 'preEmphasis must be a number from 0 to 1, got NaN'],
    [{ window: 'welch' }, 'window must be hamming, hann, rectangular, got welch'],
    [
      { fftSize: 128 },
      'fftSize must be a power of 2 that holds a frame of 200 samples, at most 2^20, got 128',
    ],
    [{ fftSize: 300 }, 'got 300'],
    [{ floor: 0 }, 'floor must be a number'],
    [{ lifter: 1.5 }, 'lifter must be a whole number'],
    [{ normalization: 'speaker' }, 'normalization must be utterance, running, none, got speaker'],
    [{ normalizationTime: 0 }, 'normalizationTime must be a number from 0.01'],
  ])('refuses %j', (wrong, message) => {
    const make = () => new SpeechFeatures({ sampleRate: 8000, ...wrong } as SpeechFeaturesOptions);
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});
