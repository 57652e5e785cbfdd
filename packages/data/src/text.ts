import { DataError } from './errors.js';

/**
 * Text of a file's bytes. Throws a `DataError` with byte offset and line when they are not UTF-8; a byte order mark at
 * the beginning is dropped.
 *
 * @param name what errors call the file
 */
export function decodeUtf8(bytes: Uint8Array, name = 'text'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = firstInvalidByte(bytes);
    const line = 1 + bytes.subarray(0, offset).reduce((breaks, byte) => breaks + Number(byte === 0x0a), 0);
    const value = bytes[offset]?.toString(16).padStart(2, '0') ?? 'end of file';
    throw new DataError(
      `not UTF-8: byte 0x${value} at offset ${offset} cannot stand there; save the file as UTF-8`,
      { file: name, line },
      { cause },
    );
  }
}

/** Lines of a text without their ends (`\n` or `\r\n`); a byte order mark and the end of the last line are dropped. */
export function splitLines(text: string): string[] {
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Words of a line: what stands between blanks and tabs. */
export function splitWords(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}

/** Offset of the first byte that begins no well-formed UTF-8 sequence (Unicode, table 3-7). */
function firstInvalidByte(bytes: Uint8Array): number {
  let offset = 0;
  while (offset < bytes.length) {
    const length = sequenceLength(bytes, offset);
    if (length === 0) break;
    offset += length;
  }
  return offset;
}

/** Length of the well-formed sequence at `offset`, or 0. */
function sequenceLength(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[offset + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80; // overlong forms begin below
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf; // surrogates and beyond U+10FFFF
  if (second < low || second > high) return 0;
  for (let index = 2; index < length; index++) {
    if (((bytes[offset + index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
