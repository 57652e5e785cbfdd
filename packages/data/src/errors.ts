/** Where the data came from, for a message that can be acted on. */
export interface DataLocation {
  /** Name or path of the file. */
  file?: string;
  /** Line in the file, counted from 1. */
  line?: number;
}

/** Says that an error is one of Ostinato's, to `isOstinatoError` of `@ostinato/kernel`, on which this package does not depend. */
const mark: unique symbol = Symbol.for('ostinato.error');

/**
 * What every function of this package throws when data or an argument cannot be used. The message says what was
 * expected, what came and what to do; when the fault lies in a file, it begins with `file:line: `. It is no `OstinatoError`,
 * because this package depends on no other; `isOstinatoError` of `@ostinato/kernel` knows both.
 *
 * @example
 * throw new DataError('5 labels for 6 words; write one label per word', { file: 'seq.out', line: 17 });
 * // seq.out:17: 5 labels for 6 words; write one label per word
 */
export class DataError extends Error {
  /** Name or path of the file at fault, if there is one. */
  readonly file?: string;
  /** Line at fault, counted from 1, if there is one. */
  readonly line?: number;

  get [mark](): true {
    return true;
  }

  constructor(message: string, location: DataLocation = {}, options?: { cause?: unknown }) {
    super(describe(location) + message, options);
    this.name = 'DataError';
    if (location.file !== undefined) this.file = location.file;
    if (location.line !== undefined) this.line = location.line;
  }
}

function describe({ file, line }: DataLocation): string {
  if (file === undefined) return line === undefined ? '' : `line ${line}: `;
  return line === undefined ? `${file}: ` : `${file}:${line}: `;
}
