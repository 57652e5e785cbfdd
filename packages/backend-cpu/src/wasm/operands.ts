import { type DType, ELEMENT_BYTES, type Nest, type View } from '@ostinato/kernel';
import { type Step, stepsOf } from '../plain/loops.js';
import type { Heap } from './heap.js';

/** What an operand is: numbers in memory, or a position that is counted along (see `positionStrides`). */
export type OperandKind = DType | 'position';

/** All that a compiled kernel knows of its operands: `steps[operand][level]`, outermost level first. */
export interface Signature {
  readonly kinds: readonly OperandKind[];
  readonly steps: readonly (readonly Step[])[];
  readonly levels: number;
  readonly scalars: number;
}

/** Operands of one call: where they start, and how they move with each loop. */
export interface Operands {
  readonly kinds: readonly OperandKind[];
  readonly starts: readonly number[];
  readonly nest: Nest;
}

/** How far one step of an operand goes: bytes in memory, or 1. */
export function unitOf(kind: OperandKind): number {
  return kind === 'position' ? 1 : ELEMENT_BYTES;
}

/** Kinds of views, followed by those of positions. */
export function kindsOf(views: readonly View[], positions: number): OperandKind[] {
  return [...views.map((view) => view.dtype), ...new Array<OperandKind>(positions).fill('position')];
}

/** What a kernel for these operands has to know. */
export function signatureOf({ kinds, nest }: Operands, scalars: number): Signature {
  return { kinds, steps: stepsOf(nest), levels: nest.lengths.length, scalars };
}

/** A text that is equal for equal signatures. */
export function signatureKey({ kinds, steps }: Signature): string {
  return kinds.map((kind, operand) => kind[0] + steps[operand]!.join('')).join();
}

/**
 * Where things lie in an argument block, in bytes: the lengths of the loops, for each operand its start and strides, and
 * the scalar arguments.
 */
export class ArgumentLayout {
  readonly #levels: number;
  readonly #operands: number;

  constructor(levels: number, operands: number) {
    this.#levels = levels;
    this.#operands = operands;
  }

  length(level: number): number {
    return 4 * level;
  }
  start(operand: number): number {
    return 4 * (this.#levels + operand * (this.#levels + 1));
  }
  stride(operand: number, level: number): number {
    return this.start(operand) + 4 * (1 + level);
  }
  scalar(index: number): number {
    return this.start(this.#operands) + 4 * index;
  }

  /** Writes an argument block and returns its address, which is good until the scratch scope around ends. */
  write(heap: Heap, { kinds, starts, nest }: Operands, scalars: readonly number[]): number {
    const address = heap.scratch.take(this.scalar(scalars.length));
    const { integers, floats } = heap;
    let place = address / 4;
    for (const length of nest.lengths) integers[place++] = length;
    for (const [operand, kind] of kinds.entries()) {
      integers[place++] = starts[operand]!;
      for (const stride of nest.strides[operand]!) integers[place++] = stride * unitOf(kind);
    }
    for (const scalar of scalars) floats[place++] = scalar;
    return address;
  }
}
