import { DataError } from '../errors.js';
import { type AudioClip, assertSampleRate } from './clip.js';
import { blankWav, WAV_HEADER_SIZE } from './wav-header.js';

/** How the samples of a WAV file are written: whole numbers of so many bits, or floating point of 32 bits. */
export type WavBits = 8 | 16 | 24 | 32 | 'float';

const WIDTHS: Readonly<Record<WavBits, number>> = { 8: 8, 16: 16, 24: 24, 32: 32, float: 32 };

/**
 * A WAV file of one channel. A sample x becomes the whole number nearest to x · 2^(bits - 1), without dither, so that
 * `decodeWav` gives back what it read, bit for bit, up to 24 bits; what is louder than full scale is clipped. Floating point stays as
 * it is.
 *
 * @param options.bits 16 by default
 * @throws DataError for no samples, a sample that is not finite, a rate that cannot be
 */
export function encodeWav(
  { samples, sampleRate }: AudioClip,
  { bits = 16 }: { readonly bits?: WavBits } = {},
): Uint8Array {
  assertSampleRate('encodeWav', sampleRate);
  const width = WIDTHS[bits];
  if (width === undefined)
    throw new DataError(`encodeWav: bits must be 8, 16, 24, 32 or 'float', got ${bits}`);
  if (samples.length === 0) throw new DataError('encodeWav: the clip has no samples; give it at least one');
  const odd = samples.findIndex((sample) => !Number.isFinite(sample));
  if (odd >= 0) throw new DataError(`encodeWav: sample ${odd} is ${samples[odd]}, expected a finite number`);

  const blockSize = width / 8;
  const coding = bits === 'float' ? 3 : 1;
  const bytes = blankWav(
    { coding, channels: 1, sampleRate, blockSize, bits: width },
    samples.length * blockSize,
  );
  const view = new DataView(bytes.buffer);
  const full = 2 ** (width - 1);
  const whole = (sample: number) => Math.max(-full, Math.min(full - 1, Math.round(sample * full)));
  const write: Readonly<Record<WavBits, (offset: number, sample: number) => void>> = {
    8: (offset, sample) => view.setUint8(offset, whole(sample) + 128),
    16: (offset, sample) => view.setInt16(offset, whole(sample), true),
    24: (offset, sample) => {
      const value = whole(sample);
      view.setUint16(offset, value & 0xffff, true);
      view.setInt8(offset + 2, value >> 16);
    },
    32: (offset, sample) => view.setInt32(offset, whole(sample), true),
    float: (offset, sample) => view.setFloat32(offset, sample, true),
  };
  let offset = WAV_HEADER_SIZE;
  for (const sample of samples) {
    write[bits](offset, sample);
    offset += blockSize;
  }
  return bytes;
}
