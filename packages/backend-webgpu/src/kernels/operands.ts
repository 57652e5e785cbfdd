import type { Storage, View } from '@ostinato/kernel';
import type { BufferUse } from '../device/recorder.js';

/** A view that a shader works on. */
export interface Operand {
  readonly view: View;
  /** A name for each axis: `['time', 'row', 'gate', 'unit']`. */
  readonly axes: readonly string[];
  /** How far elements lie apart along each of `axes`; by default as in the view. */
  readonly strides?: readonly number[];
  readonly write?: boolean;
  /**
   * What the shader sees in the buffer, where it is not the view's numbers one by one: `u32` (or four of them) are their bits, for
   * kernels that read and write numbers of either type (see `numbers.ts`).
   */
  readonly elements?: 'u32' | 'f32' | 'f16' | 'vec4<u32>' | 'vec4<f32>' | 'vec4<f16>';
}

interface Placed {
  readonly name: string;
  readonly operand: Operand;
  readonly buffer: Buffer;
}

/** A buffer of a shader: a storage, however many operands lie in it. */
interface Buffer {
  /** That of the first operand in it. */
  readonly name: string;
  readonly storage: Storage;
  elements: string;
  write: boolean;
}

const elementsOf = ({ elements, view }: Operand): string => elements ?? view.dtype;

/**
 * The operands of a shader by name: views with any strides, which the shader gets as uniforms. A storage is bound once, also
 * where several operands lie in it; what is written in it has to have elements of one kind.
 */
export class Operands {
  readonly #placed: Placed[] = [];
  readonly #buffers: Buffer[] = [];

  /** @param operands those that are null are left out */
  constructor(operands: Readonly<Record<string, Operand | null>>) {
    for (const name in operands) {
      const operand = operands[name];
      if (!operand) continue;
      const { storage } = operand.view;
      const elements = elementsOf(operand);
      let buffer = this.#buffers.find((other) => other.storage === storage);
      if (!buffer) {
        buffer = { name, storage, elements, write: false };
        this.#buffers.push(buffer);
      }
      if (operand.write && !buffer.write) {
        buffer.write = true;
        buffer.elements = elements;
      }
      this.#placed.push({ name, operand, buffer });
    }
  }

  has(name: string): boolean {
    return this.#placed.some((placed) => placed.name === name);
  }

  get buffers(): readonly BufferUse[] {
    return this.#buffers;
  }

  /** What the text of a shader depends on: which operands there are, of what, with how many axes, and which of them share buffers. */
  get key(): string {
    let key = '';
    for (const { name, operand, buffer } of this.#placed) {
      const { view, axes } = operand;
      key += `${name}:${view.dtype}${axes.length}${name === buffer.name ? '' : `=${buffer.name}`},`;
    }
    for (const { elements, write } of this.#buffers) key += ` ${elements}${write ? '!' : ''}`;
    return key;
  }

  /** Offsets and strides, in the order of `fields`. */
  get words(): number[] {
    const words: number[] = [];
    for (const { operand } of this.#placed) {
      const { view, axes, strides = view.strides } = operand;
      words.push(view.offset);
      for (let index = 0; index < axes.length; index++) words.push(strides[index]!);
    }
    return words;
  }

  /** The names that the shader has for offsets and strides: `xOffset`, `xTime`, `xRow`, ... */
  get fields(): string[] {
    return this.#placed.flatMap(({ name, operand }) => [
      `${name}Offset`,
      ...operand.axes.map((axis) => strideName(name, axis)),
    ]);
  }

  #find(name: string): Placed {
    return this.#placed.find((placed) => placed.name === name)!;
  }

  /** Where the element of an operand at a position lies: an `i32` for each axis, 0 for those that are left out at the end. */
  place(name: string, ...position: readonly (string | number)[]): string {
    const steps = distance(name, this.#find(name).operand.axes, position);
    return steps === '' ? `u.${name}Offset` : `u.${name}Offset + ${steps}`;
  }

  /** How far a position lies from the first one. */
  distance(name: string, ...position: readonly (string | number)[]): string {
    return distance(name, this.#find(name).operand.axes, position) || '0';
  }

  /** The element of an operand at a place. */
  elementAt(name: string, place: string): string {
    const { operand, buffer } = this.#find(name);
    const elements = elementsOf(operand);
    const element = `${buffer.name}[${place}]`;
    return buffer.elements === elements ? element : `bitcast<${elements}>(${element})`;
  }

  /** The element of an operand at a position, an `i32` for each axis. */
  element(name: string, ...position: readonly (string | number)[]): string {
    return this.elementAt(name, this.place(name, ...position));
  }

  /** Declarations of the buffers, which are bindings 1, 2, ... */
  declarations(): string {
    return this.#buffers
      .map(
        ({ name, elements, write }, index) =>
          `@group(0) @binding(${index + 1}) var<storage, ${write ? 'read_write' : 'read'}> ${name}: array<${elements}>;`,
      )
      .join('\n');
  }
}

/** The name of a stride among the uniforms: `xTime`. */
export function strideName(name: string, axis: string): string {
  return name + axis[0]!.toUpperCase() + axis.slice(1);
}

/** The sum of coordinates times strides, empty where there are none. */
export function distance(
  name: string,
  axes: readonly string[],
  position: readonly (string | number)[],
): string {
  const terms: string[] = [];
  for (const [index, at] of position.entries()) {
    if (at === 0) continue;
    const stride = `u.${strideName(name, axes[index]!)}`;
    terms.push(at === 1 ? stride : `${at} * ${stride}`);
  }
  return terms.join(' + ');
}
