import decode from '@audio/decode-wav';
import { DataError } from '../errors.js';
import type { AudioClip } from './clip.js';
import { wavChunks } from './wav-chunks.js';
import { blankWav, WAV_HEADER_SIZE, type WavFormat } from './wav-header.js';

/**
 * The recording in a WAV file: PCM of 8, 16, 24 or 32 bits, floating point of 32 or 64, A-law or µ-law, with any rate and
 * number of channels, whose mean is taken. A whole number n of b bits becomes n / 2^(b - 1), as in other tools for speech; floating
 * point stays as it is.
 *
 * @param options.file what errors call the file
 * @throws DataError that tells what is wrong, for what is no WAV file, is cut off, holds no sample or one that is not finite
 * @example const clip = decodeWav(new Uint8Array(await file.arrayBuffer()), { file: file.name });
 */
export function decodeWav(bytes: Uint8Array, { file }: { readonly file?: string } = {}): AudioClip {
  const fail = (problem: string) =>
    file === undefined ? new DataError(`decodeWav: ${problem}`) : new DataError(problem, { file });
  const { format, data } = wavChunks(bytes, fail);
  const { channelData } = decode(plainFile(format, data));
  const samples = mean(channelData, format);
  const odd = samples.findIndex((sample) => !Number.isFinite(sample));
  if (odd >= 0)
    throw fail(`sample ${odd} is ${samples[odd]}, expected a finite number; record or convert it again`);
  return { samples, sampleRate: format.sampleRate };
}

/** The same samples under the shortest header: the library stumbles over chunks of odd size, and over sizes that are wrong. */
function plainFile(format: WavFormat, data: Uint8Array): Uint8Array {
  const bytes = blankWav(format, data.length);
  bytes.set(data, WAV_HEADER_SIZE);
  return bytes;
}

/**
 * [time], the mean of the channels. The library divides whole numbers above 0 by 2^(b - 1) - 1 and the others by 2^(b - 1), which
 * bends the wave at 0 (by 1 % at 8 bits); here all are divided by the latter.
 */
function mean(channels: readonly Float32Array[], { coding, bits }: WavFormat): Float32Array {
  const samples = new Float32Array((channels[0] as Float32Array).length);
  const full = 2 ** (bits - 1);
  const whole = coding === 1;
  for (let time = 0; time < samples.length; time++) {
    let sum = 0;
    for (const channel of channels) {
      const sample = channel[time] as number;
      sum += whole && sample > 0 ? Math.round(sample * (full - 1)) / full : sample;
    }
    samples[time] = sum / channels.length;
  }
  return samples;
}
