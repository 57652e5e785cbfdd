import { sizeOf } from '@ostinato/kernel';
import { CheckpointError } from '../errors.js';
import { type Entry, LENGTH_BYTES, littleEndian, METADATA, type TensorFile } from './safetensors.js';

/** Headers are padded with spaces, so that the data begins at a multiple of this. */
const ALIGNMENT = 8;

/**
 * A safetensors file (https://github.com/huggingface/safetensors): the length of the header in 8 bytes, little-endian; a JSON
 * header with type, shape and place of each tensor; then the numbers, little-endian, without gaps. Tensors are written in
 * the order of the map.
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const header: [string, Entry | Record<string, string>][] = [[METADATA, { ...metadata }]];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA || data.length !== sizeOf(shape)) {
      throw new CheckpointError(
        `safetensors: ${name} with shape [${shape.join(', ')}] and ${data.length} numbers cannot be written; ` +
          'shape and numbers must agree, and __metadata__ is no name for a tensor',
      );
    }
    const begin = end;
    end += data.byteLength;
    const dtype = data instanceof Int32Array ? 'I32' : 'F32';
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end).fill(0x20, 0, LENGTH_BYTES + headerBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    bytes.set(littleEndian(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}
