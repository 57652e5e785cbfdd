/** Losses of sequences: all know `lengths`, and padding never counts. */
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.js';
export type { ClassTargets } from './class-targets.js';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.js';
export { type CtcLossOptions, ctcLoss } from './ctc/ctc-loss.js';
export type { CtcTargets } from './ctc/ctc-targets.js';
export { type ElementwiseLoss, elementwiseLoss, type Targets } from './elementwise-loss.js';
export { type HuberOptions, huber } from './huber.js';
export { checkLengths, countReal, isRealStep, type Lengths, lengthsColumn, sequenceMask } from './lengths.js';
export { meanAbsoluteError } from './mean-absolute-error.js';
export { meanSquaredError } from './mean-squared-error.js';
export type { LossOptions, Reduction } from './reduction.js';
