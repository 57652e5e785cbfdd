/**
 * Each fused kernel made of the required five: what runs where a backend has no faster form, and what every faster
 * form is tested against.
 */
export { ctcLoss } from './ctc-loss.js';
export { layerNorm } from './layer-norm.js';
export { linearChain, linearChainGrad } from './linear-chain.js';
export { projection, projectionGrad } from './projection.js';
export { recurrence, recurrenceGrad } from './recurrence.js';
export { softmax } from './softmax.js';
