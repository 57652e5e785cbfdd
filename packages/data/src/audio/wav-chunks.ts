import type { DataError } from '../errors.js';
import { HIGHEST_RATE } from './clip.js';
import type { WavFormat } from './wav-header.js';

/** What a WAV file holds. */
export interface WavChunks {
  readonly format: WavFormat;
  /** The chunk `data`, a whole number of blocks. */
  readonly data: Uint8Array;
}

/** The bits that a sample may have in each coding that is read. */
const READ: Readonly<Record<number, readonly number[]>> = {
  1: [8, 16, 24, 32],
  3: [32, 64],
  6: [8],
  7: [8],
};

/** Names of codings, for messages (RFC 2361). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'PCM',
  2: 'Microsoft ADPCM',
  3: 'floating point',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM',
  80: 'MPEG',
  85: 'MP3',
};

/** The coding that says: look into the extension. */
const EXTENSIBLE = 0xfffe;

/** Sizes from here on are what programs write that cannot go back to the header (0x7fffffff or 0xffffffff less some header). */
const UNKNOWN_SIZE = 0x7fff0000;

const WHAT_TO_DO = 'convert it to 16 bit PCM, for instance with: sox IN -b 16 -e signed OUT.wav';

/**
 * Finds format and samples in a RIFF WAVE file (Microsoft, "Multiple Channel Audio Data and WAVE Files"). Other chunks are passed over,
 * a byte that fills up a chunk of odd size too. Where the size of the samples was never written, as by a program that wrote into
 * a pipe, they reach to the end of the file.
 *
 * @param fail makes the error of a message
 * @throws what `fail` makes, for whatever is no WAV file, is cut off, holds no sample or is coded in a way that is not read
 */
export function wavChunks(bytes: Uint8Array, fail: (problem: string) => DataError): WavChunks {
  if (bytes.length === 0) throw fail('the file is empty, expected a WAV file; record or load it again');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameAt = (offset: number) => String.fromCharCode(...bytes.subarray(offset, offset + 4));
  if (nameAt(0) !== 'RIFF' || (bytes.length >= 12 && nameAt(8) !== 'WAVE')) {
    throw fail(`this is no WAV file: it ${beginning(nameAt(0), bytes)}; ${WHAT_TO_DO}`);
  }
  if (bytes.length < 12) throw fail(cutOff(`its header of 12 bytes`, bytes.length));
  const riffSize = view.getUint32(4, true);

  let format: WavFormat | undefined;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const name = nameAt(offset);
    const size = view.getUint32(offset + 4, true);
    const begin = offset + 8;
    if (name === 'data') {
      if (!format)
        throw fail("the chunk 'data' comes before 'fmt ', which tells how to read it; load the file again");
      return {
        format,
        data: samplesOf(bytes, begin, sizeOfData(size, begin, riffSize, bytes.length), format, fail),
      };
    }
    if (begin + size > bytes.length)
      throw fail(cutOff(`the chunk '${printable(name)}' of ${size} bytes`, bytes.length));
    if (name === 'fmt ') format = formatOf(view, begin, size, fail);
    offset = begin + size + (size % 2);
  }
  throw fail(
    `there is no chunk '${format ? 'data' : 'fmt '}' in its ${bytes.length} bytes; the file is cut off or damaged, load it again`,
  );
}

/** The size of the chunk `data`; what was never written is the rest of the file. */
function sizeOfData(size: number, begin: number, riffSize: number, fileSize: number): number {
  const rest = fileSize - begin;
  if (size > rest && size >= UNKNOWN_SIZE) return rest;
  // Zero may also be true: then the size of the whole reaches past this chunk, or nothing follows.
  if (size === 0 && (riffSize + 8 <= begin || riffSize >= UNKNOWN_SIZE)) return rest;
  return size;
}

function samplesOf(
  bytes: Uint8Array,
  begin: number,
  size: number,
  { blockSize }: WavFormat,
  fail: (problem: string) => DataError,
): Uint8Array {
  if (begin + size > bytes.length) {
    throw fail(
      `the file is cut off: its header says ${size} bytes of samples, there are ${bytes.length - begin}; load it again`,
    );
  }
  const blocks = Math.floor(size / blockSize);
  if (blocks === 0) throw fail('there is no sample in the file; record it again, or take it out');
  return bytes.subarray(begin, begin + blocks * blockSize);
}

function formatOf(
  view: DataView,
  begin: number,
  size: number,
  fail: (problem: string) => DataError,
): WavFormat {
  const damaged = (problem: string) => fail(`${problem}; the header is damaged, load the file again`);
  if (size < 16) throw damaged(`the chunk 'fmt ' has ${size} bytes, expected 16 or more`);
  const tag = view.getUint16(begin, true);
  if (tag === EXTENSIBLE && size < 40)
    throw damaged(`the extended chunk 'fmt ' has ${size} bytes, expected 40`);
  const format: WavFormat = {
    coding: tag === EXTENSIBLE ? view.getUint16(begin + 24, true) : tag,
    channels: view.getUint16(begin + 2, true),
    sampleRate: view.getUint32(begin + 4, true),
    blockSize: view.getUint16(begin + 12, true),
    bits: view.getUint16(begin + 14, true),
  };
  const { coding, channels, sampleRate, blockSize, bits } = format;
  const widths = READ[coding];
  if (!widths) {
    const name = NAMES[coding] ?? `coding 0x${coding.toString(16)}`;
    throw fail(`the samples are ${name}, expected PCM, floating point, A-law or µ-law; ${WHAT_TO_DO}`);
  }
  if (!widths.includes(bits)) {
    throw fail(
      `the samples are ${NAMES[coding]} of ${bits} bits, expected ${widths.join(', ')}; ${WHAT_TO_DO}`,
    );
  }
  if (channels === 0) throw damaged('there are 0 channels, expected 1 or more');
  if (sampleRate === 0 || sampleRate > HIGHEST_RATE) {
    throw damaged(`the sample rate is ${sampleRate} Hz, expected 1 to ${HIGHEST_RATE}`);
  }
  if (blockSize !== (channels * bits) / 8) {
    throw damaged(
      `a sample of all channels takes ${blockSize} bytes, expected ${(channels * bits) / 8}: ${channels} of ${bits} bits`,
    );
  }
  return format;
}

function cutOff(where: string, length: number): string {
  return `the file is cut off: it ends after ${length} bytes, within ${where}; load it again`;
}

/** What a file that is no WAV begins with, for a message. */
function beginning(name: string, bytes: Uint8Array): string {
  if (name === 'RIFF') return 'is a RIFF file of another kind';
  if (name === 'RIFX' || name === 'RF64') return `is of the rare form ${name}`;
  if (name === 'OggS' || name === 'fLaC') return `is ${name === 'OggS' ? 'Ogg' : 'FLAC'}`;
  if (name.startsWith('ID3') || (bytes[0] === 0xff && ((bytes[1] as number) & 0xe0) === 0xe0))
    return 'looks like MP3';
  return `begins with '${printable(name)}', expected 'RIFF'`;
}

/** Without what cannot be printed. */
function printable(name: string): string {
  return name.replace(/[^ -~]/g, '?');
}
