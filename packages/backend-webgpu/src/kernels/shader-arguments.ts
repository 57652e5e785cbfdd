import { nestOf } from '@ostinato/kernel';
import { type BufferUse, floatBits } from '../device/recorder.js';

/** One axis that a shader walks: its length, and the strides of up to three views along it. */
export interface WalkedAxis {
  readonly length: number;
  readonly strides: readonly number[];
}

/** What a dispatch gets as uniforms, by name. Shaders see it as `u`: `u.rows`, `u.epsilon`, `u.axes[0]`. */
export interface ShaderArguments {
  readonly integers: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly axes?: readonly WalkedAxis[];
}

/** The words of the uniform block, in the order of `declareArguments`. */
export function wordsOf({ integers, floats = {}, axes = [] }: ShaderArguments): number[] {
  const words = [...Object.values(integers), ...Object.values(floats).map(floatBits)];
  while (words.length % 4 !== 0) words.push(0);
  for (const { length, strides } of axes) {
    words.push(length, strides[0] ?? 0, strides[1] ?? 0, strides[2] ?? 0);
  }
  return words;
}

/** WGSL of the uniform block. It depends on the names and on the number of axes only. */
export function declareArguments({ integers, floats = {}, axes = [] }: ShaderArguments): string {
  const members = [
    ...Object.keys(integers).map((name) => `${name}: i32`),
    ...Object.keys(floats).map((name) => `${name}: f32`),
    ...(axes.length > 0 ? [`axes: array<vec4i, ${axes.length}>`] : []),
  ];
  return `struct Arguments {
${members.map((member) => `  ${member},`).join('\n')}
}
@group(0) @binding(0) var<uniform> u: Arguments;`;
}

/**
 * WGSL of `fn walk(index: i32) -> vec3i`: how far the element at a row-major position along `u.axes` lies from the first, in each
 * of three views.
 */
export function declareWalk(rank: number): string {
  const lines: string[] = [];
  for (let axis = rank - 1; axis > 0; axis--) {
    lines.push(
      `  at += (rest % u.axes[${axis}].x) * u.axes[${axis}].yzw;`,
      `  rest = rest / u.axes[${axis}].x;`,
    );
  }
  if (rank > 0) lines.push('  at += rest * u.axes[0].yzw;');
  return `fn walk(index: i32) -> vec3i {
  var rest = index;
  var at = vec3i();
${lines.join('\n')}
  return at;
}`;
}

/**
 * Axes as few as possible: those of length 1 are left out, and neighbours that lie one behind the other in all views are one.
 * @param strides of each view, one for each axis
 */
export function mergeAxes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): readonly WalkedAxis[] {
  const nest = nestOf(shape, strides);
  return nest.lengths
    .map((length, level) => ({ length, strides: nest.strides.map((own) => own[level]!) }))
    .filter(({ length }) => length !== 1);
}

/**
 * WGSL of the bindings of buffers, which are called `buffer0`, `buffer1`, ...
 * @param elements the type of what each holds, `f32` by default
 */
export function declareBuffers(
  buffers: readonly BufferUse[],
  elements: readonly (string | undefined)[] = [],
): string {
  return buffers
    .map(
      ({ write }, place) =>
        `@group(0) @binding(${place + 1}) var<storage, ${write ? 'read_write' : 'read'}> buffer${place}: ` +
        `array<${elements[place] ?? 'f32'}>;`,
    )
    .join('\n');
}
