import { named, numbered } from './numbered.js';
import { strideName } from './operands.js';

/**
 * Loops over axes whose number changes from call to call, such as those of a nest. The names of its axes are also those of the
 * coordinates in the shader, so that the element of an operand is `operands.element('x', ...loops.axes)`.
 */
export class Loops {
  /** `NAME0`, `NAME1`, ... */
  readonly axes: readonly string[];
  readonly #name: string;
  readonly #lengths: readonly number[];

  constructor(name: string, lengths: readonly number[]) {
    this.axes = numbered(name, lengths.length);
    this.#name = name;
    this.#lengths = lengths;
  }

  /** The lengths, as numbers of the kernel: `u.NAMELength0`, ... */
  get numbers(): Record<string, number> {
    return named(`${this.#name}Length`, this.#lengths);
  }

  /** Strides of something that lies in no buffer, as numbers of the kernel; see `distance`. */
  strides(of: string, strides: readonly number[]): Record<string, number> {
    return named(strideName(of, this.#name), strides);
  }

  /** Statements that take a row-major position, an `i32`, apart: `let NAME0 = ...`, an `i32` coordinate for each level. */
  coordinates(position: string): string[] {
    const [first, ...inner] = this.axes;
    if (first === undefined) return [];
    if (inner.length === 0) return [`let ${first} = ${position};`];
    const lines: string[] = [];
    // Dividing numbers with a sign takes longer.
    let rest = `u32(${position})`;
    for (let level = inner.length; level > 0; level--) {
      const axis = this.axes[level]!;
      const length = `u32(u.${this.#name}Length${level})`;
      lines.push(`let ${axis} = i32(${rest} % ${length});`, `let ${axis}Rest = ${rest} / ${length};`);
      rest = `${axis}Rest`;
    }
    lines.push(`let ${first} = i32(${rest});`);
    return lines;
  }
}
