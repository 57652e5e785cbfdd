/** What encoder and decoder of safetensors files agree on. */

/** Numbers with a shape, as a safetensors file holds them. */
export interface FileTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** `__metadata__`: any strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The number types that are read and written. */
export const arrays = { F32: Float32Array, I32: Int32Array } as const;

/** The length of the header is the first thing in a file. */
export const LENGTH_BYTES = 8;
/** The name in the header under which strings stand instead of a tensor. */
export const METADATA = '__metadata__';

/** One entry of the header. */
export interface Entry {
  readonly dtype: keyof typeof arrays;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The bytes of four-byte numbers as files have them; turned around (in a copy) where the machine has them otherwise. */
export function littleEndian(numbers: Float32Array | Int32Array | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const hostIsLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  if (hostIsLittleEndian) return bytes;
  const turned = bytes.slice();
  for (let at = 0; at < turned.length; at += 4) turned.subarray(at, at + 4).reverse();
  return turned;
}
