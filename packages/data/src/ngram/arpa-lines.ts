import { DataError } from '../errors.js';

const TAB = 9;
const RETURN = 13;
const BLANK = 32;

/**
 * Walks over the lines of a long text without making a string of each, and over the fields of a line, which blanks and tabs
 * separate (only those: other spaces of Unicode may stand in words).
 */
export class ArpaLines {
  readonly #text: string;
  readonly #file: string;
  /** Of the present line. */
  #number = 0;
  #begin = 0;
  #end = -1;
  /** Where the next field is looked for. */
  #position = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  /** Goes to the next line that is not empty; false where there is none. */
  next(): boolean {
    const text = this.#text;
    while (this.#end < text.length) {
      this.#begin = this.#end + 1;
      const found = text.indexOf('\n', this.#begin);
      this.#end = found < 0 ? text.length : found;
      this.#number++;
      this.#position = this.#begin;
      if (this.hasField()) return true;
    }
    return false;
  }

  /** The present line, without blanks around it. */
  get line(): string {
    return this.#text.slice(this.#begin, Math.max(this.#begin, this.#end)).trim();
  }

  /** Whether the present line begins with a backslash, as headings do. */
  get isHeading(): boolean {
    return this.#text[this.#begin] === '\\';
  }

  /** Whether the line has a field that `field` has not given yet. */
  hasField(): boolean {
    while (this.#position < this.#end && isSpace(this.#text.charCodeAt(this.#position))) this.#position++;
    return this.#position < this.#end;
  }

  /** The next field of the line; empty where there is none. */
  field(): string {
    if (!this.hasField()) return '';
    const begin = this.#position;
    while (this.#position < this.#end && !isSpace(this.#text.charCodeAt(this.#position))) this.#position++;
    return this.#text.slice(begin, this.#position);
  }

  /** An error that names file and present line. */
  error(problem: string): DataError {
    return new DataError(problem, { file: this.#file, line: Math.max(1, this.#number) });
  }
}

function isSpace(code: number): boolean {
  return code === BLANK || code === TAB || code === RETURN;
}
