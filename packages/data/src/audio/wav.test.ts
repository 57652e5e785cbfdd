import { describe, expect, it } from 'vitest';
import { DataError } from '../errors.js';
import { decodeWav } from './decode-wav.js';
import { encodeWav } from './encode-wav.js';

type Chunk = readonly [name: string, content: readonly number[], size?: number];

const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, place) => Math.floor(value / 256 ** place) & 0xff);

/** A RIFF file, written down from the description of the format; chunks of odd size are filled up. */
function riff(
  chunks: readonly Chunk[],
  { size, kind = 'WAVE' }: { size?: number; kind?: string } = {},
): Uint8Array {
  const body = chunks.flatMap(([name, content, said = content.length]) => [
    ...letters(name),
    ...little(said, 4),
    ...content,
    ...(content.length % 2 ? [0] : []),
  ]);
  return Uint8Array.from([
    ...letters('RIFF'),
    ...little(size ?? body.length + 4, 4),
    ...letters(kind),
    ...body,
  ]);
}

interface Format {
  coding?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  block?: number;
}

function format({
  coding = 1,
  channels = 1,
  rate = 8000,
  bits = 16,
  block = (channels * bits) / 8,
}: Format = {}): Chunk {
  return [
    'fmt ',
    [
      ...little(coding, 2),
      ...little(channels, 2),
      ...little(rate, 4),
      ...little(rate * block, 4),
      ...little(block, 2),
      ...little(bits, 2),
    ],
  ];
}

const numbers = (values: readonly number[], bytes: number) =>
  values.flatMap((value) => little(value < 0 ? value + 256 ** bytes : value, bytes));

const floats = (values: readonly number[], bytes: 4 | 8) => {
  const array = bytes === 4 ? Float32Array.from(values) : Float64Array.from(values);
  return [...new Uint8Array(array.buffer)];
};

const samplesOf = (bytes: Uint8Array) => [...decodeWav(bytes).samples];

describe('decodeWav', () => {
  it.each([
    ['8 bits, without sign', { bits: 8 }, [0, 64, 128, 192, 255], [-1, -0.5, 0, 0.5, 127 / 128]],
    [
      '16 bits',
      { bits: 16 },
      numbers([-32768, -1, 0, 1, 32767], 2),
      [-1, -1 / 32768, 0, 1 / 32768, 32767 / 32768],
    ],
    [
      '24 bits',
      { bits: 24 },
      numbers([-8388608, -1, 0, 1, 8388607], 3),
      [-1, -(2 ** -23), 0, 2 ** -23, 1 - 2 ** -23],
    ],
    ['32 bits', { bits: 32 }, numbers([-(2 ** 31), -(2 ** 30), 0, 2 ** 30], 4), [-1, -0.5, 0, 0.5]],
    ['floating point', { bits: 32, coding: 3 }, floats([-1.5, 0.25, 0], 4), [-1.5, 0.25, 0]],
    ['floating point of 64 bits', { bits: 64, coding: 3 }, floats([-1.5, 0.25, 0], 8), [-1.5, 0.25, 0]],
    // ITU-T G.711: the largest and the smallest magnitudes, as 16 bits 32124 and 0, 32256 and 8.
    ['µ-law', { bits: 8, coding: 7 }, [0x80, 0x00, 0xff], [32124 / 32768, -32124 / 32768, 0]],
    ['A-law', { bits: 8, coding: 6 }, [0xaa, 0x2a, 0xd5], [32256 / 32768, -32256 / 32768, 8 / 32768]],
  ])('reads %s', (_, form, content, samples) => {
    expect(samplesOf(riff([format(form), ['data', content]]))).toEqual(samples);
  });

  it('gives every whole number of 16 bits its own sample, a 32768th apart', () => {
    const values = Array.from({ length: 65536 }, (_, index) => index - 32768);
    const samples = samplesOf(riff([format(), ['data', numbers(values, 2)]]));
    expect(samples.findIndex((sample, index) => sample !== (values[index] as number) / 32768)).toBe(-1);
  });

  it('takes the mean of the channels, and any rate', () => {
    const stereo = riff([
      format({ channels: 2, rate: 44100 }),
      ['data', numbers([16384, 0, -16384, -8192], 2)],
    ]);
    expect(decodeWav(stereo)).toEqual({ samples: Float32Array.of(0.25, -0.375), sampleRate: 44100 });
    const six = riff([
      format({ channels: 6, rate: 11025, bits: 8 }),
      ['data', [128, 128, 128, 128, 128, 224]],
    ]);
    expect(decodeWav(six)).toEqual({ samples: Float32Array.of(0.125), sampleRate: 11025 });
  });

  it('looks up what the extended format stands for, its valid bits below its width', () => {
    const [, plain] = format({ coding: 0xfffe, bits: 32 });
    const guid = [...little(1, 2), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
    const chunk: Chunk = ['fmt ', [...plain, ...little(22, 2), ...little(24, 2), ...little(4, 4), ...guid]];
    expect(samplesOf(riff([chunk, ['data', numbers([2 ** 30, -(2 ** 29)], 4)]]))).toEqual([0.5, -0.25]);
  });

  it('passes over other chunks, before and after, of odd size too, and an odd number of bytes of samples', () => {
    const bytes = riff([
      ['LIST', letters('INFOISFT\x05\0\0\0hello')],
      ['junk', [1, 2, 3]],
      format({ bits: 24 }),
      ['fact', little(1, 4)],
      ['data', numbers([2 ** 22], 3)],
      ['LIST', letters('INFO')],
    ]);
    expect(samplesOf(bytes)).toEqual([0.5]);
  });

  it.each([
    ['0xffffffff, as of ffmpeg in a pipe', 0xffffffff, 0xffffffff],
    ['0x7ffff000, as of sox in a pipe', 0x7ffff024, 0x7ffff000],
    ['0, never written', 0, 0],
    ['0, and that of the header alone', 36, 0],
  ])('reads to the end where the size is %s', (_, whole, size) => {
    const bytes = riff([format(), ['data', [...numbers([16384, 8192], 2), 7], size]], { size: whole });
    expect(samplesOf(bytes.subarray(0, bytes.length - 1))).toEqual([0.5, 0.25]);
  });

  it('reads a part of a larger buffer', () => {
    const bytes = riff([format(), ['data', numbers([16384], 2)]]);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(samplesOf(larger.subarray(3))).toEqual([0.5]);
  });

  const data: Chunk = ['data', numbers([1, 2, 3], 2)];
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'the file is empty, expected a WAV file'],
    [
      'text',
      Uint8Array.from(letters('hello, this is text')),
      "this is no WAV file: it begins with 'hell', expected 'RIFF'",
    ],
    ['other bytes', Uint8Array.of(1, 2, 3, 4), "it begins with '????'"],
    ['MP3', Uint8Array.from([...letters('ID3'), 4, 0, 0, 0, 0, 0, 0, 0, 0]), 'it looks like MP3; convert it'],
    ['FLAC', Uint8Array.from(letters('fLaC____________')), 'it is FLAC; convert it'],
    ['another RIFF file', riff([], { kind: 'AVI ' }), 'it is a RIFF file of another kind'],
    ['RIFX', Uint8Array.from(letters('RIFX____WAVE')), 'the rare form RIFX'],
    ['four bytes', Uint8Array.from(letters('RIFF')), 'it ends after 4 bytes, within its header of 12 bytes'],
    ['a header alone', riff([]), "there is no chunk 'fmt ' in its 12 bytes"],
    ['no samples', riff([format()]), "there is no chunk 'data' in its 36 bytes"],
    ['an empty recording', riff([format(), ['data', []]]), 'there is no sample in the file; record it again'],
    [
      'an empty recording with a note',
      riff([format(), ['data', []], ['LIST', letters('INFO')]]),
      'there is no sample',
    ],
    ['less than a sample', riff([format(), ['data', [1], 1]]), 'there is no sample'],
    [
      'half the samples',
      riff([format(), data]).subarray(0, 46),
      'its header says 6 bytes of samples, there are 2',
    ],
    [
      'a cut format',
      riff([format()]).subarray(0, 30),
      "it ends after 30 bytes, within the chunk 'fmt ' of 16 bytes",
    ],
    ['samples first', riff([data, format()]), "the chunk 'data' comes before 'fmt '"],
    ['a short format', riff([['fmt ', [1, 0]], data]), "the chunk 'fmt ' has 2 bytes, expected 16 or more"],
    ['a short extended format', riff([format({ coding: 0xfffe }), data]), 'has 16 bytes, expected 40'],
    ['ADPCM', riff([format({ coding: 2, bits: 4 }), data]), 'the samples are Microsoft ADPCM, expected PCM'],
    ['a coding nobody knows', riff([format({ coding: 0x1234 }), data]), 'the samples are coding 0x1234'],
    [
      '12 bits',
      riff([format({ bits: 12, block: 2 }), data]),
      'the samples are PCM of 12 bits, expected 8, 16, 24, 32',
    ],
    ['no channels', riff([format({ channels: 0 }), data]), 'there are 0 channels'],
    ['no rate', riff([format({ rate: 0 }), data]), 'the sample rate is 0 Hz'],
    [
      'a wrong block',
      riff([format({ channels: 2, block: 2 }), data]),
      'takes 2 bytes, expected 4: 2 of 16 bits',
    ],
    ['NaN', riff([format({ coding: 3, bits: 32 }), ['data', floats([0, Number.NaN], 4)]]), 'sample 1 is NaN'],
  ])('says what is wrong with %s, and with which file', (_, bytes, message) => {
    expect(() => decodeWav(bytes, { file: 'a.wav' })).toThrow(DataError);
    expect(() => decodeWav(bytes, { file: 'a.wav' })).toThrow(`a.wav: `);
    expect(() => decodeWav(bytes, { file: 'a.wav' })).toThrow(message);
    expect(() => decodeWav(bytes)).toThrow('decodeWav: ');
  });

  it('never fails otherwise, wherever a file is cut off or a byte of its header is another', () => {
    const whole = riff([format({ bits: 24 }), ['LIST', [1, 2, 3]], ['data', numbers([5, 6, 7], 3)]]);
    const variants = [...whole.keys()].flatMap((offset) => [
      whole.subarray(0, offset),
      ...[0, 1, 0x7f, 0xff].map((byte) => whole.with(offset, byte)),
    ]);
    for (const bytes of variants) {
      try {
        expect(decodeWav(bytes).samples.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }
  });
});

describe('encodeWav', () => {
  it.each([8, 16, 24, 32, 'float'] as const)('gives back at %s bits what decodeWav read', (bits) => {
    const samples = Float32Array.of(-1, -0.5, 0, 0.25, 0.5 + 1 / 128);
    const bytes = encodeWav({ samples, sampleRate: 16000 }, { bits });
    expect(bytes.length % 2).toBe(0);
    expect(decodeWav(bytes)).toEqual({ samples, sampleRate: 16000 });
  });

  it('writes 16 bits by default, rounded to the nearest, and clips', () => {
    const bytes = encodeWav({ samples: Float32Array.of(0.4 / 32768, 1.6 / 32768, 2, -2), sampleRate: 8000 });
    expect(bytes).toEqual(riff([format(), ['data', numbers([0, 2, 32767, -32768], 2)]]));
  });

  it('keeps floating point beyond full scale', () => {
    const bytes = encodeWav({ samples: Float32Array.of(1.5), sampleRate: 8000 }, { bits: 'float' });
    expect(samplesOf(bytes)).toEqual([1.5]);
  });

  it.each([
    [[], 8000, 16, 'encodeWav: the clip has no samples'],
    [[0, Number.NaN], 8000, 16, 'sample 1 is NaN'],
    [[0], 0.5, 16, 'a sample rate is a whole number from 1 to 768000 Hz, got 0.5'],
    [[0], 8000, 12, "bits must be 8, 16, 24, 32 or 'float', got 12"],
  ])('refuses %j at %d Hz and %d bits', (samples, sampleRate, bits, message) => {
    expect(() =>
      encodeWav({ samples: Float32Array.from(samples), sampleRate }, { bits: bits as 16 }),
    ).toThrow(message);
  });
});
