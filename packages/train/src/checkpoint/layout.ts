import type { TrainingState } from './checkpoint.js';

/** What encoder and decoder of checkpoints agree on: where things stand in the safetensors file. */

/** The layout of checkpoint files. It grows when older programs could no longer read newer files. */
export const CHECKPOINT_VERSION = 1;

/** What the names of tensors in the file begin with. */
export const parts = {
  weights: 'weights/',
  moments: 'optimizer/',
  best: 'best/',
  average: 'average/',
} as const;

/** Which arrays a tensor belongs to. */
export type Part = keyof typeof parts;

/** Training without its arrays: what goes into the file as JSON. */
export interface TrainingJson extends Omit<TrainingState, 'optimizer' | 'best' | 'average'> {
  readonly optimizer: Omit<TrainingState['optimizer'], 'moments'>;
  readonly hasBest: boolean;
  readonly average?: { readonly updates: number };
}

/** Stands in the file where its checksum goes, while the checksum is computed. */
export const UNSEALED = '0'.repeat(64);
/** The checksum is the first text of the metadata, which is the first member of the header: always the same place. */
const SEAL_AT = 8 + '{"__metadata__":{"sha256":"'.length;

/** Puts a checksum, or what stands for it, into a file. */
export function seal(bytes: Uint8Array, checksum: string): void {
  bytes.set(new TextEncoder().encode(checksum), SEAL_AT);
}

/** SHA-256 in hexadecimal. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
