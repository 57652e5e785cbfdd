import { describe, expect, it } from 'vitest';
import { DataError } from '../../errors.js';
import { Random } from '../../random.js';
import { type ConnectDigitsOptions, connectDigits, type DigitString } from './connect-digits.js';
import type { DigitRecording } from './digit-recording.js';
import { splitRecordings } from './split-recordings.js';

/** Recordings that can be told apart: constant, of a length and a value of their own. */
function recordingsOf(
  speakers: readonly string[],
  digits: readonly number[],
  each: number,
): DigitRecording[] {
  const recordings: DigitRecording[] = [];
  for (const speaker of speakers) {
    for (const digit of digits) {
      for (let index = 0; index < each; index++) {
        const value = (recordings.length + 1) / 1000;
        const samples = new Float32Array(100 + recordings.length).fill(value);
        const name = `${digit}_${speaker}_${index}.wav`;
        recordings.push({ clip: { samples, sampleRate: 8000 }, digit, speaker, name });
      }
    }
  }
  return recordings;
}

const plain = { gap: [0.01, 0.05], fade: 0, background: Number.NEGATIVE_INFINITY } as const;

describe('connectDigits', () => {
  const recordings = recordingsOf(['ann', 'bob'], [0, 3, 9], 4);

  it('joins whole recordings of one speaker, with gaps before, between and behind, as the transcript says', () => {
    for (const string of connectDigits(recordings, { ...plain, count: 100 }, new Random(1))) {
      const chosen = string.recordings.map(
        (name) => recordings.find((recording) => recording.name === name) as DigitRecording,
      );
      expect(chosen.every(({ speaker }) => speaker === string.speaker)).toBe(true);
      const words = { 0: 'zero', 3: 'three', 9: 'nine' } as Record<number, string>;
      expect(string.transcript).toBe(chosen.map(({ digit }) => words[digit]).join(' '));
      const runs = [...string.clip.samples].reduce<[number, number][]>((found, sample) => {
        const last = found.at(-1);
        if (last?.[0] === sample) last[1]++;
        else found.push([sample, 1]);
        return found;
      }, []);
      expect(runs.filter((_, index) => index % 2)).toEqual(
        chosen.map(({ clip }) => [clip.samples[0], clip.samples.length]),
      );
      for (const [value, length] of runs.filter((_, index) => index % 2 === 0)) {
        expect(value).toBe(0);
        expect(length).toBeGreaterThanOrEqual(80);
        expect(length).toBeLessThanOrEqual(400);
      }
    }
  });

  it('draws all numbers of digits, speakers and recordings, the same for a seed', () => {
    const strings = [...connectDigits(recordings, { ...plain, count: 80, digits: [2, 4] }, new Random(2))];
    expect(new Set(strings.map(({ transcript }) => transcript.split(' ').length))).toEqual(
      new Set([2, 3, 4]),
    );
    expect(new Set(strings.map(({ speaker }) => speaker))).toEqual(new Set(['ann', 'bob']));
    expect(new Set(strings.flatMap((string) => string.recordings)).size).toBe(recordings.length);
    expect([...connectDigits(recordings, { ...plain, count: 80, digits: [2, 4] }, new Random(2))]).toEqual(
      strings,
    );
    expect([
      ...connectDigits(recordings, { ...plain, count: 80, digits: [2, 4] }, new Random(3)),
    ]).not.toEqual(strings);
  });

  it('fades each recording in and out, and puts noise under all', () => {
    const one = [
      {
        ...(recordings[0] as DigitRecording),
        clip: { samples: new Float32Array(800).fill(0.5), sampleRate: 8000 },
      },
    ];
    const options = { count: 1, digits: [1, 1], gap: [0.1, 0.1], fade: 0.01 } as const;
    const samplesOf = (background: number) => {
      const [string] = [...connectDigits(one, { ...options, background }, new Random(1))] as [DigitString];
      return string.clip.samples;
    };
    const samples = samplesOf(Number.NEGATIVE_INFINITY);
    expect([799, 800, 840, 880, 1599, 1600].map((time) => samples[time])).toEqual([
      0,
      0.5 * Math.fround(0.5 / 80),
      Math.fround((0.5 * 40.5) / 80),
      0.5,
      0.5 * Math.fround(0.5 / 80),
      0,
    ]);
    const gap = samplesOf(-40).subarray(0, 800);
    expect(Math.sqrt(gap.reduce((sum, sample) => sum + sample * sample, 0) / 800)).toBeCloseTo(0.01, 3);
  });

  const other = {
    ...(recordings[0] as DigitRecording),
    name: 'x.wav',
    clip: { samples: new Float32Array(9), sampleRate: 16000 },
  };
  it.each<[string, readonly DigitRecording[], Partial<ConnectDigitsOptions>, string]>([
    ['no recordings', [], {}, 'there are no recordings'],
    ['two rates', [...recordings, other], {}, 'x.wav has 16000 samples a second, but 0_ann_0.wav has 8000'],
    ['digit 10', [{ ...other, digit: 10 }], {}, 'x.wav is of the digit 10, expected 0 to 9'],
    ['no digits', recordings, { digits: [0, 2] }, 'digits must be a whole number from 1, got 0'],
    [
      'digits in the wrong order',
      recordings,
      { digits: [3, 2] },
      'digits must be a whole number from 3, got 2',
    ],
    ['a negative gap', recordings, { gap: [-1, 2] }, 'gap must be two numbers of seconds from 0 to 60'],
    ['a negative fade', recordings, { fade: -1 }, 'fade must be from 0 to 1 second, got -1'],
    ['loud noise', recordings, { background: 3 }, 'background must be at most 0 dB'],
  ])('refuses %s at once', (_, given, options, message) => {
    expect(() => connectDigits(given, { count: 1, ...options }, new Random(1))).toThrow(DataError);
    expect(() => connectDigits(given, { count: 1, ...options }, new Random(1))).toThrow(
      `connectDigits: ${message}`,
    );
  });
});

describe('splitRecordings', () => {
  const recordings = recordingsOf(['ann', 'bob', 'cem'], [0, 1, 2, 3], 20);

  it('puts each recording into one part: a share of each digit of each speaker into dev, speakers who are held out apart', () => {
    const { train, dev, heldOut } = splitRecordings(recordings, { seed: 1, holdOutSpeakers: ['bob'] });
    expect([...train, ...dev, ...heldOut].map(({ name }) => name).sort()).toEqual(
      recordings.map(({ name }) => name).sort(),
    );
    expect(heldOut).toHaveLength(80);
    expect(heldOut.every(({ speaker }) => speaker === 'bob')).toBe(true);
    for (const speaker of ['ann', 'cem']) {
      for (const digit of [0, 1, 2, 3]) {
        expect(
          dev.filter((recording) => recording.speaker === speaker && recording.digit === digit),
        ).toHaveLength(2);
      }
    }
    expect(train).toHaveLength(144);
  });

  it('is the same for a seed, whatever the order of the recordings of others', () => {
    const names = (seed: number) => splitRecordings(recordings, { seed }).dev.map(({ name }) => name);
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
  });

  it('keeps at least one recording of a digit to train on, and takes at least one of two', () => {
    const { train, dev } = splitRecordings(recordingsOf(['ann'], [0, 1], 2), { devShare: 0.01 });
    expect([train.length, dev.length]).toEqual([2, 2]);
    expect(splitRecordings(recordingsOf(['ann'], [0], 3), { devShare: 0.99 }).train).toHaveLength(1);
  });

  it.each([
    [{ holdOutSpeakers: ['dan'] }, "there is no speaker 'dan' to hold out; there are ann, bob, cem"],
    [{ holdOutSpeakers: ['ann', 'bob', 'cem'] }, '0 recordings of 0 speakers do not make two parts'],
    [{ devShare: 0 }, 'devShare must be a number between 0 and 1, got 0'],
  ])('refuses %j', (options, message) => {
    expect(() => splitRecordings(recordings, options)).toThrow(`splitRecordings: ${message}`);
  });
});
