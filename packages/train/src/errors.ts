import { OstinatoError } from '@ostinato/kernel';

/** Training went wrong in its numbers: the loss or a gradient is NaN or infinite. */
export class NonFiniteError extends OstinatoError {
  override name = 'NonFiniteError';

  constructor(
    message: string,
    /** The update at which it happened, counted from 1. */
    readonly step: number,
    /** The first parameter whose gradient is not finite; `undefined` when only the loss is not. */
    readonly parameter: string | undefined,
  ) {
    super(message);
  }
}

/** A checkpoint that cannot be read, written or used. */
export class CheckpointError extends OstinatoError {
  override name = 'CheckpointError';
}
