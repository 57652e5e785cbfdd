/**
 * All of Ostinato in one import. The packages can be installed one by one; this one is for those who would rather not choose.
 *
 * Operations on tensors stand here by their names (`add`, `tanh`); the scalar expressions that cells are written in have the
 * same names and are found under `expr` (`expr.add`, `expr.tanh`).
 */
export * from '@ostinato/backend-cpu';
export * from '@ostinato/backend-webgpu';
export * from '@ostinato/data';
export {
  type Backend,
  BackendError,
  type BackendFactory,
  type CellProgram,
  checked,
  currentBackend,
  DTypeError,
  defineCell,
  type Expr,
  expr,
  IndexError,
  init,
  isOstinatoError,
  LifetimeError,
  OstinatoError,
  ProgramError,
  profiled,
  registerBackend,
  registeredBackends,
  ShapeError,
  useBackend,
} from '@ostinato/kernel';
export * from '@ostinato/layers';
export * from '@ostinato/losses';
export * from '@ostinato/tasks';
export * from '@ostinato/tensor';
export * from '@ostinato/train';
