/**
 * What a trained model needs to be loaded and run, a part of the main entry point: bundlers that keep an entry point together
 * (esbuild) then load no optimizers where nobody trains.
 */
export type { Checkpoint, Json, Position, TrainingState } from './checkpoint/checkpoint.js';
export { decodeCheckpoint } from './checkpoint/decode.js';
export { decodeSafetensors } from './checkpoint/decode-safetensors.js';
export type { FileTensor, TensorFile } from './checkpoint/safetensors.js';
export { CheckpointError } from './errors.js';
export { nextTurn } from './fit/next-turn.js';
export { type Chunk, chunksOf } from './metrics/chunks.js';
export type { NamedArray, NamedArrays } from './named-arrays.js';
