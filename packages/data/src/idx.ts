import { DataError } from './errors.js';

/** An array as IDX files hold it. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

/** Byte 2 of the header: unsigned bytes, the only type that is read. */
const UNSIGNED_BYTE = 0x08;

/**
 * An array of bytes in the IDX format, in which MNIST is published (http://yann.lecun.com/exdb/mnist): two zero bytes, the type, the
 * number of axes, the length of each axis as 32 bits with the highest byte first, then the bytes.
 *
 * @param name what errors call the file
 * @throws DataError where the bytes are not of that form, hold another type, or are too few or too many
 */
export function parseIdx(bytes: Uint8Array, name = 'idx'): IdxArray {
  const fail = (problem: string): DataError => new DataError(problem, { file: name });
  const [first, second, type, rank] = bytes as unknown as [number, number, number, number];
  if (bytes.length < 4 || first !== 0 || second !== 0) {
    throw fail(
      'this is no IDX file, which begins with two zero bytes; give one as MNIST is published in, or unpack it',
    );
  }
  if (type !== UNSIGNED_BYTE) {
    throw fail(`the type is 0x${type.toString(16).padStart(2, '0')}, expected 0x08, unsigned bytes`);
  }
  const begin = 4 + 4 * rank;
  if (bytes.length < begin) throw fail(`the file ends within its header of ${begin} bytes; load it again`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - begin !== size) {
    throw fail(
      `the header says ${shape.join(' x ')} bytes, there are ${bytes.length - begin}; load the file again`,
    );
  }
  return { shape, data: bytes.subarray(begin) };
}
