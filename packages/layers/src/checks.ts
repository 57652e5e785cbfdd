import { OstinatoError, ShapeError, sizeOf } from '@ostinato/kernel';
import { Parameter, Tensor, tensor } from '@ostinato/tensor';
import type { Initializer } from './init.js';

/** What came instead of what was wanted, for the end of a message. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor ${value.dtype} [${value.shape.join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `the function ${value.name || '(without a name)'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${(value as Uint8Array).length}`;
  const keys = Object.keys(value);
  return value.constructor === Object || keys.length > 0
    ? `an object with ${keys.join(', ') || 'nothing in it'}`
    : `a ${value.constructor?.name}`;
}

/** Throws OstinatoError unless every size is a whole number from 1. */
export function checkSizes(where: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new OstinatoError(`${where}: ${name} must be a whole number from 1, got ${describe(size)}`);
  }
}

/** Throws OstinatoError unless a probability of dropping lies in [0, 1). */
export function checkRate(where: string, name: string, rate: number): void {
  if (typeof rate === 'number' && rate >= 0 && rate < 1) return;
  throw new OstinatoError(`${where}: ${name} must lie in [0, 1), got ${describe(rate)}`);
}

/** Throws OstinatoError unless `choice` is one of the names. */
export function checkChoice(where: string, name: string, choice: string, names: readonly string[]): void {
  if (names.includes(choice)) return;
  throw new OstinatoError(`${where}: ${name} must be ${orList(names)}, got ${describe(choice)}`);
}

function orList(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** What `init` gives for a shape. Throws ShapeError where that is another count of numbers. */
export function startNumbers(
  where: string,
  name: string,
  init: Initializer,
  shape: readonly number[],
): Float32Array {
  const values: unknown = init(shape);
  if (!(values instanceof Float32Array) || values.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${where}: ${name} must return a Float32Array of ${sizeOf(shape)} numbers for shape [${shape.join(', ')}], ` +
        `got ${describe(values)}`,
    );
  }
  return values;
}

/** A parameter that starts as `init` says. Throws ShapeError where that gives another count of numbers. */
export function startParameter(
  where: string,
  name: string,
  init: Initializer,
  shape: readonly number[],
): Parameter {
  return new Parameter(tensor(startNumbers(where, name, init, shape), shape));
}
