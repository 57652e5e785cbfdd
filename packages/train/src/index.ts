/** Training: optimizers, schedules, clipping, the loop, metrics and checkpoints. Nothing here needs Node. */
export { clipNorm, clipParameterNorm, clipValue, gradientNorm } from './clipping.js';
export { CheckpointError, NonFiniteError } from './errors.js';
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
export type { ParameterSource, Parameters } from './parameters.js';
export type { Schedule } from './schedules/schedule.js';
