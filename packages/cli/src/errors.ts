import { DataError } from '@ostinato/data';
import { OstinatoError } from '@ostinato/kernel';
import { CommanderError } from 'commander';
import type { StopSignal } from './interruption.js';

/** What `ostinato` ends with; a stop by a signal is 128 and its number, as shells count. */
export const ExitStatus = { success: 0, failed: 1, usage: 2, SIGINT: 130, SIGTERM: 143 } as const;

/** Work that could not be done, told in one message: exit status 1. */
export class CommandError extends OstinatoError {
  override name = 'CommandError';
}

/** A command line that asks for what does not exist: exit status 2. */
export class UsageError extends OstinatoError {
  override name = 'UsageError';
}

/** Work that a signal stopped and that was left in order; what to do next has been said. */
export class Interrupted extends OstinatoError {
  override name = 'Interrupted';

  constructor(readonly reason: StopSignal) {
    super(`stopped by ${reason}`);
  }
}

/** How an error ends the program. */
export interface Ending {
  readonly status: number;
  /** What to write on standard error; empty where everything has been said. */
  readonly message: string;
}

/** What to tell about an error: its message where somebody wrote one for this case, a hint to `--verbose` elsewhere. */
export function endingOf(error: unknown, verbose: boolean): Ending {
  // Commander has written its own message.
  if (error instanceof CommanderError) {
    return { status: error.exitCode === 0 ? ExitStatus.success : ExitStatus.usage, message: '' };
  }
  if (error instanceof Interrupted) return { status: ExitStatus[error.reason], message: '' };
  const status = error instanceof UsageError ? ExitStatus.usage : ExitStatus.failed;
  if (verbose) return { status, message: `error: ${stackOf(error)}` };
  if (isExpected(error)) return { status, message: `error: ${error.message}` };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    status,
    message: `internal error: ${text.split('\n')[0]}\nRun the same command with --verbose to see where it happened.`,
  };
}

/** Errors that Ostinato raises on purpose, and those of the file system, which name what was done to which path. */
function isExpected(error: unknown): error is Error {
  if (error instanceof OstinatoError || error instanceof DataError) return true;
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(error.cause)}`;
}
