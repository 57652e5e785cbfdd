import { spread } from '../../device/recorder.js';
import type { KernelContext } from '../context.js';
import type { Operands } from './operands.js';

/** A kernel of this folder. */
export interface Kernel {
  readonly label: string;
  /** What the text depends on, beside the operands. */
  readonly key: string;
  readonly operands: Operands;
  /** What the shader begins with; nothing by default. */
  readonly directives?: string;
  /** Numbers of the call by name, beside those of the operands. */
  readonly numbers: Readonly<Record<string, number>>;
  /**
   * WGSL that comes behind the declarations. Uniforms are `u.name`, all of them `i32`; operands are spelled by `operands.element`.
   */
  code(operands: Operands): string;
}

/** Runs kernels. Groups are those along x and y. */
export function run(context: KernelContext, kernel: Kernel, groups: readonly [number, number]): void {
  const { label, key, operands, directives = '', numbers, code } = kernel;
  const words = { ...numbers, ...operands.words };
  context.recorder.dispatch({
    label,
    key: `${label} ${key} ${operands.key}`,
    code: () => `${directives}${operands.declarations(words)}\n\n${code(operands)}`,
    buffers: operands.buffers,
    words: Object.values(words),
    groups,
  });
}

/** Invocations of kernels that treat elements independently. */
export const elementLanes = 64;

/**
 * Runs a kernel whose invocations are counted by `index`, `u.count` in all.
 * @param kernel `code` gives the body of `main`, and declarations for module scope
 */
export function runElements(
  context: KernelContext,
  kernel: Omit<Kernel, 'code'> & { code(operands: Operands): { module?: string; body: string } },
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
