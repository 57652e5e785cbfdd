/** The base class of every error that Ostinato raises on purpose: one `catch` finds them all. */
export class OstinatoError extends Error {
  override name = 'OstinatoError';
}

/** Shapes or axes that do not fit the operation. */
export class ShapeError extends OstinatoError {
  override name = 'ShapeError';
}

/** A number type (`f32`, `i32`) that the operation does not take. */
export class DTypeError extends OstinatoError {
  override name = 'DTypeError';
}

/** An index outside the table or axis that it points into. */
export class IndexError extends OstinatoError {
  override name = 'IndexError';
}

/** Use of memory after it was given back, or in a scope where it may not be used. */
export class LifetimeError extends OstinatoError {
  override name = 'LifetimeError';
}

/** Memory is exhausted. */
export class MemoryError extends OstinatoError {
  override name = 'MemoryError';
}

/** No backend, or one that cannot run here. */
export class BackendError extends OstinatoError {
  override name = 'BackendError';
}

/** A malformed expression, program or cell. */
export class ProgramError extends OstinatoError {
  override name = 'ProgramError';
}

/** `[2, 3]` as people read it. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
