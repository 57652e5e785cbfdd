import type { NamedArrays } from '../named-arrays.js';
import type { Checkpoint, TrainingState } from './checkpoint.js';
import { encodeSafetensors } from './encode-safetensors.js';
import { CHECKPOINT_VERSION, digest, type Part, parts, seal, type TrainingJson, UNSEALED } from './layout.js';
import type { FileTensor } from './safetensors.js';

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
  seal(bytes, await digest(bytes));
  return bytes;
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
