import { sizeOf } from '@ostinato/kernel';
import { CheckpointError } from '../errors.js';
import {
  arrays,
  type Entry,
  type FileTensor,
  LENGTH_BYTES,
  littleEndian,
  METADATA,
  type TensorFile,
} from './safetensors.js';

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

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
