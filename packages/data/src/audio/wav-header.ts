/** How the samples of a WAV file are written. */
export interface WavFormat {
  /** 1: whole numbers, 3: floating point, 6: A-law, 7: µ-law; what `WAVE_FORMAT_EXTENSIBLE` stands for is looked up. */
  readonly coding: number;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes of one sample of all channels. */
  readonly blockSize: number;
  /** Bits that a sample takes in the file. */
  readonly bits: number;
}

/** Bytes of the shortest header, where the samples begin. */
export const WAV_HEADER_SIZE = 44;

/** A WAV file with the shortest header and room for `size` bytes of samples, all 0, and for the byte that makes its size even. */
export function blankWav(
  { coding, channels, sampleRate, blockSize, bits }: WavFormat,
  size: number,
): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_SIZE + size + (size % 2));
  const view = new DataView(bytes.buffer);
  const name = (offset: number, letters: string) => bytes.set(new TextEncoder().encode(letters), offset);
  name(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, coding, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * blockSize, true);
  view.setUint16(32, blockSize, true);
  view.setUint16(34, bits, true);
  name(36, 'data');
  view.setUint32(40, size, true);
  return bytes;
}
