import type { View } from '@ostinato/kernel';
import type { BufferUse } from '../device/recorder.js';
import type { HelperName } from '../wgsl/helpers.js';

/** Invocations of a workgroup. */
export const workgroupSize = 256;

/** The spelling of a word of the uniforms: a `u32`. */
export function word(index: number): string {
  return `u[${index >> 2}].${'xyzw'[index & 3]}`;
}

/** The spelling of a word of the uniforms that holds an `i32`. */
export function signedWord(index: number): string {
  return `bitcast<i32>(${word(index)})`;
}

/** The spelling of a word of the uniforms that holds an `f32`. */
export function floatWord(index: number): string {
  return `bitcast<f32>(${word(index)})`;
}

/** The buffers of a call, each once. In shaders they are called `b0`, `b1` and so on, and hold bits. */
export interface BoundViews {
  readonly buffers: readonly BufferUse[];
  /** For each view, those that are read first, the number of its buffer. */
  readonly places: readonly number[];
  /** What shaders depend on: which view lies where, as what, and what is written. */
  readonly key: string;
}

/** Finds the buffers of views. One that is written is bound for reading and writing, whoever reads it. */
export function bindViews(inputs: readonly View[], outs: readonly View[]): BoundViews {
  const views = [...inputs, ...outs];
  const written = new Set(outs.map(({ storage }) => storage));
  const storages = [...new Set(views.map(({ storage }) => storage))];
  const buffers = storages.map((storage) => ({ storage, write: written.has(storage) }));
  const places = views.map(({ storage }) => storages.indexOf(storage));
  const key = views.map(({ dtype }, index) => `${dtype === 'i32' ? 'i' : 'f'}${places[index]}`).join('');
  return { buffers, places, key };
}

/** The declarations of uniforms with so many words, and of buffers. */
export function declarations(words: number, buffers: readonly BufferUse[]): string {
  return [
    `@group(0) @binding(0) var<uniform> u: array<vec4<u32>, ${Math.max(1, Math.ceil(words / 4))}>;`,
    ...buffers.map(
      ({ write }, index) =>
        `@group(0) @binding(${index + 1}) var<storage, ${write ? 'read_write' : 'read'}> b${index}: array<u32>;`,
    ),
  ].join('\n');
}

/** Bits from a buffer as an `f32` number, whatever the view holds. */
export function fromBits(bits: string, { dtype }: View): string {
  return dtype === 'i32' ? `f32(bitcast<i32>(${bits}))` : `bitcast<f32>(${bits})`;
}

/** An `f32` number as bits of what the view holds. It takes the functions `toBitsHelpers`. */
export function toBits(value: string, { dtype }: View): string {
  return dtype === 'i32' ? `bitcast<u32>(wholeOf(${value}))` : `bitcast<u32>(${value})`;
}

/** The functions that `toBits` calls for these views. */
export function toBitsHelpers(views: readonly View[]): readonly HelperName[] {
  return views.some(({ dtype }) => dtype === 'i32') ? ['wholeOf'] : [];
}

/**
 * Statements that take a row-major position apart: `let NAME0 = ...`, an `i32` coordinate for each level.
 * @param firstLength the word with the length of the first level; the others follow
 */
export function coordinates(name: string, position: string, firstLength: number, levels: number): string[] {
  const lines: string[] = [];
  let rest = position;
  for (let level = levels - 1; level > 0; level--) {
    const length = word(firstLength + level);
    lines.push(`let ${name}${level} = i32(${rest} % ${length});`);
    lines.push(`let ${name}Rest${level} = ${rest} / ${length};`);
    rest = `${name}Rest${level}`;
  }
  lines.push(`let ${name}0 = i32(${rest});`);
  return lines;
}

/** The sum of coordinates times strides, whose words begin at `firstStride`. */
export function reach(name: string, firstStride: number, levels: number): string {
  return Array.from(
    { length: levels },
    (_, level) => `${name}${level} * ${signedWord(firstStride + level)}`,
  ).join(' + ');
}
