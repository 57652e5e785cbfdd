import type { Nest } from '@ostinato/kernel';

/** How an operand moves with one loop: not at all, to its neighbour, or by a stride that is known at the call. */
export type Step = '0' | '1' | 's';

/** The steps of every operand with every loop: all that a compiled kernel knows of where its operands lie. */
export function stepsOf(nest: Nest): Step[][] {
  const step = (stride: number): Step => (stride === 0 ? '0' : stride === 1 ? '1' : 's');
  return nest.strides.map((strides) => strides.map(step));
}

/** Writes nested loops as JavaScript. Each operand has a pointer; `lengths`, `strides` and `offsets` come with the call. */
export class LoopWriter {
  readonly #steps: readonly (readonly Step[])[];
  readonly #lines: string[] = [];
  /** How the pointer of each operand is spelled at the current place. */
  #pointers: readonly string[];

  constructor(steps: readonly (readonly Step[])[], loops: number) {
    this.#steps = steps;
    this.#pointers = steps.map((_, operand) => `p${operand}`);
    for (let level = 0; level < loops; level++) this.line(`const n${level} = lengths[${level}];`);
    for (const [operand, own] of steps.entries()) {
      this.line(`const p${operand} = offsets[${operand}];`);
      for (const [level, step] of own.entries()) {
        if (step === 's') this.line(`const t${operand}_${level} = strides[${operand}][${level}];`);
      }
    }
  }

  /** Adds a line of code at the current place. */
  line(text: string): void {
    this.#lines.push(text);
  }

  /** How the pointer of an operand is spelled at the current place. */
  pointer(operand: number): string {
    return this.#pointers[operand]!;
  }

  /** Whether an operand moves with a loop. */
  moves(operand: number, level: number): boolean {
    return this.#steps[operand]![level] !== '0';
  }

  /** Writes the loops of the given levels, outermost first, with what `body` writes inside them. */
  inside(levels: readonly number[], body: () => void): void {
    const [level, ...inner] = levels;
    if (level === undefined) {
      body();
      return;
    }
    const outer = this.#pointers;
    const starts = [`i${level} = 0`];
    const moves = [`i${level}++`];
    this.#pointers = outer.map((pointer, operand) => {
      if (!this.moves(operand, level)) return pointer;
      const name = `p${operand}_${level}`;
      starts.push(`${name} = ${pointer}`);
      moves.push(`${name} += ${this.#steps[operand]![level] === '1' ? '1' : `t${operand}_${level}`}`);
      return name;
    });
    this.line(`for (let ${starts.join(', ')}; i${level} < n${level}; ${moves.join(', ')}) {`);
    this.inside(inner, body);
    this.line('}');
    this.#pointers = outer;
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}
