import { CheckpointError } from '../errors.js';
import type { NamedArray, NamedArrays } from '../named-arrays.js';
import type { Checkpoint, Json, TrainingState } from './checkpoint.js';
import { decodeSafetensors } from './decode-safetensors.js';
import { CHECKPOINT_VERSION, digest, type Part, parts, seal, type TrainingJson, UNSEALED } from './layout.js';

/**
 * Reads what `encodeCheckpoint` wrote.
 * @throws CheckpointError when the bytes are cut off, damaged, not a checkpoint, or of a newer version; it says which
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const { tensors, metadata: texts } = decodeSafetensors(bytes);
  assertVersion(texts);
  const unsealed = new Uint8Array(bytes);
  seal(unsealed, UNSEALED);
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
