import { type Dispatch, floatBits, spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import type { Operands } from './operands.js';

/** A run of a shader: what it works on, and its text. */
export interface Kernel {
  readonly label: string;
  /** What the text depends on, beside the operands. */
  readonly key: string;
  readonly operands: Operands;
  /** What the shader begins with; nothing by default. */
  readonly directives?: string;
  /** Whole numbers of the call by name, beside those of the operands: sizes, and what is chosen by them. `u.name` is an `i32`. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Other numbers of the call: `u.name` is an `f32`. */
  readonly floats?: Readonly<Record<string, number>>;
  /** WGSL that comes behind the declarations of `u` and the buffers. Operands are spelled by `operands.element`. */
  code(operands: Operands): string;
}

/** Runs a kernel. Groups are those along x, y and z. */
export function run(context: KernelContext, kernel: Kernel, groups: Dispatch['groups']): void {
  const { label, key, operands, directives = '', numbers, floats = {} } = kernel;
  const words = Object.values(numbers);
  for (const value of Object.values(floats)) words.push(floatBits(value));
  words.push(...operands.words);
  context.recorder.dispatch({
    label,
    key: `${label} ${key} ${operands.key}`,
    code: () => `${directives}${uniforms(kernel)}\n${operands.declarations()}\n\n${kernel.code(operands)}`,
    buffers: operands.buffers,
    words,
    groups,
  });
}

function uniforms({ operands, numbers, floats = {} }: Kernel): string {
  const fields = [
    ...Object.keys(numbers).map((name) => `${name}: i32`),
    ...Object.keys(floats).map((name) => `${name}: f32`),
    ...operands.fields.map((name) => `${name}: i32`),
  ];
  return `struct Numbers {
${fields.map((field) => `  ${field},`).join('\n')}
}
@group(0) @binding(0) var<uniform> u: Numbers;`;
}

/** What a kernel does for each element. */
export interface ElementCode {
  /** Declarations for module scope. */
  readonly module?: string;
  /** Statements, with `index` below `u.count`. */
  readonly body: string;
}

/** Invocations of a workgroup that treat elements independently. */
const elementLanes = 64;

/** Runs a kernel whose invocations are counted by `index`, an `i32`: `u.count` in all. */
export function runElements(
  context: KernelContext,
  kernel: Omit<Kernel, 'code'> & { code(operands: Operands): ElementCode },
  count: number,
): void {
  const [x, y] = spread(Math.ceil(count / elementLanes));
  const numbers = { count, lanes: x * elementLanes, ...kernel.numbers };
  const code = (operands: Operands): string => {
    const { module = '', body } = kernel.code(operands);
    return `${module}
@compute @workgroup_size(${elementLanes})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let index = i32(id.x) + i32(id.y) * u.lanes;
  if (index >= u.count) { return; }
${body}
}
`;
  };
  run(context, { ...kernel, numbers, code }, [x, y]);
}
