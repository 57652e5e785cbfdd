import { sizeOf } from '@ostinato/kernel';
import { CheckpointError } from '../errors.js';

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
const arrays = { F32: Float32Array, I32: Int32Array } as const;
type FileDType = keyof typeof arrays;

/** The length of the header is the first thing in a file. */
const LENGTH_BYTES = 8;
/** Headers are padded with spaces, so that the data begins at a multiple of this. */
const ALIGNMENT = 8;
/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

/** One entry of the header. */
interface Entry {
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

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

/**
 * Reads a safetensors file.
 * @throws CheckpointError that says what is wrong: cut off, no such file format, a header that contradicts itself or the data
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  const { header, dataStart } = readHeader(bytes);
  const { [METADATA]: metadata = {}, ...entries } = header;
  assertMetadata(metadata);
  const places = Object.entries(entries).map(([name, entry]) => ({ name, ...checkedEntry(name, entry) }));
  const available = bytes.length - dataStart;
  let end = 0;
  for (const { name, data_offsets: offsets } of places.toSorted(
    (a, b) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    if (offsets[0] !== end) {
      throw broken(
        `${name} begins at byte ${offsets[0]} of the data, where ${end} was expected: tensors overlap or leave gaps`,
      );
    }
    end = offsets[1];
  }
  if (end > available) {
    throw broken(`it should hold ${end} bytes of numbers and holds ${available}: the file was cut off`);
  }
  if (end < available) throw broken(`${available - end} bytes follow the last tensor`);
  const tensors = new Map<string, FileTensor>();
  for (const { name, dtype, shape, data_offsets: offsets } of places) {
    // A copy of its own: `slice` of a Buffer would share the memory.
    const copy = new Uint8Array(bytes.subarray(dataStart + offsets[0], dataStart + offsets[1]));
    tensors.set(name, { shape, data: new arrays[dtype](littleEndian(copy).buffer as ArrayBuffer) });
  }
  return { tensors, metadata };
}

function broken(problem: string): CheckpointError {
  return new CheckpointError(`safetensors: ${problem}; restore the file from a copy, or save it again`);
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    throw broken(`the file has ${bytes.length} bytes, too few for a header: it was cut off`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw broken(
      `this is not a safetensors file, which models are: its header would have ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    throw broken(
      `the header has ${length} bytes, but only ${bytes.length - LENGTH_BYTES} follow: the file was cut off`,
    );
  }
  const text = decodeText(bytes.subarray(LENGTH_BYTES, dataStart));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw broken(
      `the header is not JSON (${(error as Error).message}): not a safetensors file, or a damaged one`,
    );
  }
  if (!isRecord(header)) throw broken('the header is not a JSON object');
  assertNoDuplicates(text, header);
  return { header, dataStart };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken('the header is not UTF-8: not a safetensors file, or a damaged one');
  }
}

/** JSON.parse lets the last of two equal names win; the number of names at the top tells. */
function assertNoDuplicates(text: string, header: Record<string, unknown>): void {
  const names = topLevelNames(text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (names.length === Object.keys(header).length) return;
  throw broken(`the name ${twice} appears twice in the header`);
}

/** The names in the outermost object of valid JSON, repeated ones included. */
function topLevelNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && /^\s*:/.test(text.slice(index + token.length, index + token.length + 64))) {
      names.push(JSON.parse(token) as string);
    }
  }
  return names;
}

function assertMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  if (isRecord(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) return;
  throw broken('__metadata__ must be an object of strings');
}

function checkedEntry(name: string, entry: unknown): Entry {
  if (!isRecord(entry)) throw broken(`${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32' && dtype !== 'I32') {
    throw new CheckpointError(
      `safetensors: ${name} has numbers of type ${String(dtype)}; only F32 and I32 can be read, convert the file first`,
    );
  }
  if (!isCounts(shape)) throw broken(`${name} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw broken(`${name} has no valid data_offsets`);
  }
  const bytes = sizeOf(shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (offsets[1]! - offsets[0]! !== bytes) {
    throw broken(
      `${name} with shape [${shape.join(', ')}] needs ${bytes} bytes, its offsets span ${offsets[1]! - offsets[0]!}`,
    );
  }
  return { dtype, shape, data_offsets: [offsets[0]!, offsets[1]!] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

const hostIsLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The bytes of four-byte numbers as files have them; turned around (in a copy) where the machine has them otherwise. */
function littleEndian(numbers: Float32Array | Int32Array | Uint8Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (hostIsLittleEndian) return bytes;
  const turned = bytes.slice();
  for (let at = 0; at < turned.length; at += 4) turned.subarray(at, at + 4).reverse();
  return turned;
}
