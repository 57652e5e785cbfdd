/** Eager tensors with a tape. */
export { full, identityMatrix, ones, range, type TensorOptions, tensor, transfer, zeros } from './create.js';
export {
  backward,
  type GradientOptions,
  grad,
  gradients,
  type ScalarFunction,
  valueAndGrad,
} from './grad.js';
export { type GradcheckOptions, gradcheck } from './gradcheck.js';
export { broadcastTo, cast, contiguous, mapTensors, reduceTensors, reshape, sumTo } from './ops/core.js';
export { type CtcLossInputs, ctcLossOfRows } from './ops/ctc-loss.js';
export * from './ops/elementwise.js';
export { argmax, cumsum, gather, oneHot, pick, scatterAdd, topK } from './ops/indexing.js';
export { linear, matmul } from './ops/matmul.js';
export { project } from './ops/projection.js';
export { type RecurrenceInputs, type RecurrenceResult, recurrence } from './ops/recurrence.js';
export {
  type Axes,
  logSumExp,
  max,
  mean,
  min,
  norm,
  type ReduceOptions,
  sum,
  variance,
} from './ops/reduce.js';
export { type AnyElementwiseOp, elementwiseOps } from './ops/registry.js';
export { scan } from './ops/scan.js';
export {
  concat,
  expandDims,
  flip,
  pad,
  select,
  slice,
  squeeze,
  stack,
  swapAxes,
  transpose,
  unstack,
} from './ops/shape.js';
export { layerNorm, logSoftmax, softmax } from './ops/softmax.js';
export { Parameter } from './parameter.js';
export { defaultRandom, dropout, RandomSource, type RandomState, seed } from './random.js';
export { dispose, keep, tidy } from './scope.js';
export { noGrad } from './tape.js';
export { detach, type NestedNumbers, Tensor, variable } from './tensor.js';
