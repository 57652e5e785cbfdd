import type { Storage, View } from '@ostinato/kernel';
import type { BufferUse } from '../../device/recorder.js';

/** A view that a shader works on. */
export interface Operand {
  readonly view: View;
  /** A name for each axis: `['time', 'row', 'gate', 'unit']`. */
  readonly axes: readonly string[];
  readonly write?: boolean;
  /** What the buffer holds, where it is not the view's numbers one by one. */
  readonly elements?: 'f32' | 'f16' | 'vec4<f32>' | 'vec4<f16>';
}

interface Placed extends Operand {
  /** The operand after which the buffer is named. */
  readonly buffer: string;
}

/** A buffer of a shader: a storage, however many operands lie in it. */
interface Buffer {
  readonly name: string;
  readonly storage: Storage;
  readonly elements: string;
  write: boolean;
}

/**
 * The operands of a shader by name: views with any strides, which the shader gets as uniforms. A storage is bound once, also
 * where several operands lie in it.
 */
export class Operands {
  readonly #placed = new Map<string, Placed>();
  readonly #buffers: Buffer[] = [];

  /** @param operands those that are null are left out */
  constructor(operands: Readonly<Record<string, Operand | null>>) {
    for (const [name, operand] of Object.entries(operands)) {
      if (!operand) continue;
      const { storage, dtype } = operand.view;
      let buffer = this.#buffers.find((other) => other.storage === storage);
      if (!buffer) {
        buffer = { name, storage, elements: operand.elements ?? dtype, write: false };
        this.#buffers.push(buffer);
      }
      buffer.write ||= operand.write === true;
      this.#placed.set(name, { ...operand, buffer: buffer.name });
    }
  }

  has(name: string): boolean {
    return this.#placed.has(name);
  }

  get buffers(): readonly BufferUse[] {
    return this.#buffers;
  }

  /** What the text of a shader depends on: which operands there are, and which of them share buffers. */
  get key(): string {
    const names = [...this.#placed].map(([name, { buffer }]) =>
      name === buffer ? name : `${name}=${buffer}`,
    );
    const kinds = this.#buffers.map(({ elements, write }) => `${elements}${write ? '!' : ''}`);
    return `${names.join()} ${kinds.join()}`;
  }

  /** Offsets and strides, by the names that the shader has for them. */
  get words(): Record<string, number> {
    const words: Record<string, number> = {};
    for (const [name, { view, axes }] of this.#placed) {
      words[`${name}_at`] = view.offset;
      for (const [index, axis] of axes.entries()) words[`${name}_${axis}`] = view.strides[index]!;
    }
    return words;
  }

  /** The element of an operand at a position, an `i32` for each axis. */
  element(name: string, ...position: readonly (string | number)[]): string {
    const { axes, buffer, view, elements = view.dtype } = this.#placed.get(name)!;
    const terms = axes.flatMap((axis, index) => {
      const at = position[index]!;
      if (at === 0) return [];
      return [at === 1 ? `u.${name}_${axis}` : `${at} * u.${name}_${axis}`];
    });
    const element = `${buffer}[${[`u.${name}_at`, ...terms].join(' + ')}]`;
    const stored = this.#buffers.find((other) => other.name === buffer)!.elements;
    return stored === elements ? element : `bitcast<${elements}>(${element})`;
  }

  /** Declarations of the uniforms `u` and of the buffers. */
  declarations(words: Readonly<Record<string, number>>): string {
    const fields = Object.keys(words).map((name) => `  ${name}: i32,`);
    const buffers = this.#buffers.map(
      ({ name, elements, write }, index) =>
        `@group(0) @binding(${index + 1}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${elements}>;`,
    );
    return [
      'struct Numbers {',
      ...fields,
      '}',
      '@group(0) @binding(0) var<uniform> u: Numbers;',
      ...buffers,
    ].join('\n');
  }
}

/** Lines with `indent` in front of each that is not empty. */
export function indented(lines: readonly string[], indent: string): string {
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}
