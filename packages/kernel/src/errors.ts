/** What every error of Ostinato has, those of packages that do not depend on this one included: one symbol for all programs. */
const mark: unique symbol = Symbol.for('ostinato.error');

/**
 * The base class of every error that Ostinato raises on purpose, but for the `DataError` of `@ostinato/data`, which depends on
 * no other package. `isOstinatoError` knows both.
 */
export class OstinatoError extends Error {
  override name = 'OstinatoError';

  get [mark](): true {
    return true;
  }
}

/**
 * Whether something that was thrown was raised by Ostinato on purpose, by whichever package: its message is then meant for the
 * one who called.
 * @example
 * try {
 *   await train(readTagged('folder'));
 * } catch (error) {
 *   if (!isOstinatoError(error)) throw error;
 *   console.error(error.message);
 * }
 */
export function isOstinatoError(error: unknown): error is Error {
  return error instanceof Error && mark in error;
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
