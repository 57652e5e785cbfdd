import { endingOf } from './errors.js';
import { createProgram } from './program.js';

/**
 * Runs one command line and gives its exit status: 0, 1 for failed work, 2 for wrong use, 130 or 143 after a signal.
 * Errors go to standard error as one message, with the stack under `--verbose`.
 *
 * @param words the command line without the program, as in `process.argv.slice(2)`
 */
export async function run(words: readonly string[]): Promise<number> {
  process.stdout.on('error', leaveWithReader);
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    const { status, message } = endingOf(error, program.opts().verbose === true);
    if (message) process.stderr.write(`${message}\n`);
    return status;
  } finally {
    process.stdout.off('error', leaveWithReader);
  }
}

/** Who reads our output may stop early, as `head` does: no error, but nobody to work for either. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
