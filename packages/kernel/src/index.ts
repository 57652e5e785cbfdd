/** The contract between tensors and backends, and the scalar language that every backend prints. */
export { adjoint } from './adjoint.js';
export type * from './backend.js';
export { CallChecks, checkBytes, checkReach, checkSize } from './call-checks.js';
export {
  type CellLeaves,
  type CellProgram,
  type CellShape,
  defineCell,
  type InnerGradient,
  type InnerProduct,
  innerGradients,
  withoutRecurrentProduct,
} from './cell.js';
export { checked } from './checked.js';
export { ctcLossLimit } from './ctc-loss-limit.js';
export { BackendDecorator } from './decorate.js';
export * from './errors.js';
export { type ElementContext, evaluate } from './evaluate.js';
export type { Expr, ExprLike, PrimitiveName, Scalar } from './expr.js';
export * as expr from './expr.js';
export * as fallback from './fallback/index.js';
export { type FusedArgs, runFused } from './fused.js';
export { type Nest, nestOf, offsetsOf } from './layout.js';
export { memo } from './memo.js';
export { positionStrides, positionsNeeded } from './positions.js';
export { javascript, type Printed, print, type Target } from './print.js';
export { ProfiledBackend, type ProfileRow, profiled } from './profiled.js';
export {
  defineProgram,
  fill,
  identity,
  type MapProgram,
  type ProgramLeaves,
  programOf,
  realSteps,
} from './program.js';
export { currentBackend, init, registerBackend, registeredBackends, useBackend } from './registry.js';
export { threefry2x32, uniform } from './threefry.js';
export * from './view.js';
