/** Training: optimizers, schedules, clipping, the loop, metrics and checkpoints. Nothing here needs Node. */

export { Carry, detachCarry, type TruncatedOptions, truncated } from './carry.js';
export type { Checkpoint, Json, Position, TrainingState } from './checkpoint/checkpoint.js';
export { decodeCheckpoint } from './checkpoint/decode.js';
export { decodeSafetensors } from './checkpoint/decode-safetensors.js';
export { encodeCheckpoint } from './checkpoint/encode.js';
export { encodeSafetensors } from './checkpoint/encode-safetensors.js';
export { CHECKPOINT_VERSION } from './checkpoint/layout.js';
export type { FileTensor, TensorFile } from './checkpoint/safetensors.js';
export { clipNorm, clipParameterNorm, clipValue, gradientNorm } from './clipping.js';
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from './early-stopping.js';
export { CheckpointError, NonFiniteError } from './errors.js';
export { fit } from './fit/fit.js';
export { nextTurn } from './fit/next-turn.js';
export type {
  CheckpointEvent,
  CheckpointOptions,
  EpochEvent,
  FitEvent,
  FitOptions,
  Metrics,
  Monitor,
  StepEvent,
  StoppedEvent,
  TrainableModel,
} from './fit/options.js';
export * from './metrics/index.js';
export type { NamedArray, NamedArrays } from './named-arrays.js';
export { Adadelta, type AdadeltaOptions } from './optimizers/adadelta.js';
export { Adagrad, type AdagradOptions } from './optimizers/adagrad.js';
export { Adam, type AdamOptions } from './optimizers/adam.js';
export { AdamW } from './optimizers/adamw.js';
export { Nadam, type NadamOptions } from './optimizers/nadam.js';
export { type LossFunction, Optimizer, type StepReport } from './optimizers/optimizer.js';
export type { OptimizerOptions } from './optimizers/options.js';
export { RMSProp, type RMSPropOptions } from './optimizers/rmsprop.js';
export { SGD, type SGDOptions } from './optimizers/sgd.js';
export type { OptimizerState } from './optimizers/state.js';
export type { ParameterSet, ParameterSource } from './parameters.js';
export {
  type CosineOptions,
  cosine,
  exponentialDecay,
  linearSchedule,
  stepDecay,
} from './schedules/decay.js';
export {
  type PlateauState,
  ReduceOnPlateau,
  type ReduceOnPlateauOptions,
} from './schedules/reduce-on-plateau.js';
export { byEpoch, constant, type Schedule } from './schedules/schedule.js';
export { type OneCycleOptions, oneCycle, warmUp } from './schedules/warm-up.js';
export { WeightAverage, type WeightAverageOptions, type WeightAverageState } from './weight-average.js';
