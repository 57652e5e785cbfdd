import { CheckpointError } from '../errors.js';
import type { NamedArray, NamedArrays } from '../named-arrays.js';
import type { Checkpoint, Json, TrainingState } from './checkpoint.js';
import { decodeSafetensors, encodeSafetensors, type FileTensor } from './safetensors.js';

/** The layout of checkpoint files. It grows when older programs could no longer read newer files. */
export const CHECKPOINT_VERSION = 1;

/** Stands in the file where its checksum goes, while the checksum is computed. */
const UNSEALED = '0'.repeat(64);
/** The checksum is the first text of the metadata, which is the first member of the header: always the same place. */
const SEAL_AT = 8 + '{"__metadata__":{"sha256":"'.length;

/** What the names of tensors in the file begin with. */
const parts = { weights: 'weights/', moments: 'optimizer/', best: 'best/', average: 'average/' } as const;
type Part = keyof typeof parts;

/** Training without its arrays: what goes into the file as JSON. */
interface TrainingJson extends Omit<TrainingState, 'optimizer' | 'best' | 'average'> {
  readonly optimizer: Omit<TrainingState['optimizer'], 'moments'>;
  readonly hasBest: boolean;
  readonly average?: { readonly updates: number };
}

/**
 * A checkpoint as one safetensors file, which other programs can read as well: the tensors are named `weights/...`,
 * `optimizer/...`, `best/...` and `average/...`, everything else is JSON in `__metadata__`, with a SHA-256 of
 * the whole file.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const { weights, training, metadata } = checkpoint;
  const tensors = new Map<string, FileTensor>();
  const put = (part: Part, arrays: NamedArrays | undefined): void => {
    for (const [name, array] of arrays ?? []) tensors.set(parts[part] + name, array);
  };
  put('weights', weights);
  put('moments', training?.optimizer.moments);
  put('best', training?.best);
  put('average', training?.average?.weights);
  const texts: Record<string, string> = {
    sha256: UNSEALED,
    format: 'ostinato',
    formatVersion: String(CHECKPOINT_VERSION),
    ...(training && { training: JSON.stringify(withoutArrays(training)) }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
  };
  const bytes = encodeSafetensors({ tensors, metadata: texts });
  bytes.set(new TextEncoder().encode(await digest(bytes)), SEAL_AT);
  return bytes;
}

/**
 * Reads what `encodeCheckpoint` wrote.
 * @throws CheckpointError when the bytes are cut off, damaged, not a checkpoint, or of a newer version; it says which
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const { tensors, metadata: texts } = decodeSafetensors(bytes);
  assertVersion(texts);
  const unsealed = new Uint8Array(bytes);
  unsealed.set(new TextEncoder().encode(UNSEALED), SEAL_AT);
  if (texts.sha256 !== (await digest(unsealed))) {
    throw new CheckpointError(
      'checkpoint: its contents do not have the checksum that was saved with them: the file is damaged or was changed; ' +
        'restore it from a copy, or save it again',
    );
  }
  const take = (part: Part): NamedArrays => {
    const prefix = parts[part];
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    return new Map(own.map(([name, array]) => [name.slice(prefix.length), array as NamedArray]));
  };
  const training = texts.training === undefined ? undefined : (JSON.parse(texts.training) as TrainingJson);
  return {
    weights: take('weights'),
    ...(training && { training: withArrays(training, take) }),
    ...(texts.metadata !== undefined && { metadata: JSON.parse(texts.metadata) as Json }),
  };
}

function withoutArrays(training: TrainingState): TrainingJson {
  const { optimizer, best, average, ...rest } = training;
  const { moments: _, ...counters } = optimizer;
  return {
    ...rest,
    optimizer: counters,
    hasBest: best !== undefined,
    ...(average && { average: { updates: average.updates } }),
  };
}

function withArrays(json: TrainingJson, take: (part: Part) => NamedArrays): TrainingState {
  const { optimizer, hasBest, average, ...rest } = json;
  return {
    ...rest,
    optimizer: { ...optimizer, moments: take('moments') },
    ...(hasBest && { best: take('best') }),
    ...(average && { average: { updates: average.updates, weights: take('average') } }),
  };
}

function assertVersion({ format, formatVersion }: Readonly<Record<string, string>>): void {
  if (format !== 'ostinato') {
    throw new CheckpointError(
      'checkpoint: this safetensors file was not written by Ostinato; read its tensors with decodeSafetensors',
    );
  }
  const version = Number(formatVersion);
  if (Number.isInteger(version) && version >= 1 && version <= CHECKPOINT_VERSION) return;
  throw new CheckpointError(
    version > CHECKPOINT_VERSION
      ? `checkpoint: the file has format version ${formatVersion}, this program reads up to version ${CHECKPOINT_VERSION}; ` +
          'update Ostinato'
      : `checkpoint: "${formatVersion}" is not a format version; the file is damaged`,
  );
}

/** SHA-256 in hexadecimal. */
async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
