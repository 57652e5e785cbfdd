import { nestOf, type View } from '@ostinato/kernel';
import { spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { type Operand, Operands } from './operands.js';
import { run } from './run.js';
import { indented } from './text.js';

/** A kernel that works on each row (last axis) of views by itself. */
export interface RowKernel {
  readonly label: string;
  /** What the text depends on beside the views. */
  readonly key: string;
  /** Views that are read, by name, with the same leading axes. */
  readonly inputs: Readonly<Record<string, View>>;
  /** Views that are written, with the same leading axes. */
  readonly outs: Readonly<Record<string, View>>;
  /** Length of the rows, which is `u.columns`. */
  readonly columns: number;
  readonly floats?: Readonly<Record<string, number>>;
  /**
   * Statements for one row. `lanes` invocations work on it, each on every `lanes`-th element from `lane` on, below `count`; all run all
   * statements, so that `addUp(value)` and `largestOf(value)` can combine the values of all lanes.
   * @param element spells an element of the row of a view
   */
  readonly statements: (element: (name: string, index: string | 0) => string, lanes: number) => string;
  /** Which of the combinations are needed. */
  readonly combine: readonly Combination[];
}

/** A way to make one value of those of all lanes. */
export type Combination = 'addUp' | 'largestOf';

/** Invocations that share a row: as few as have work for some steps, since they have to wait for each other. */
export function lanesFor(columns: number): 1 | 16 | 256 {
  if (columns <= 16) return 1;
  return columns <= 1024 ? 16 : 256;
}

/** Runs a kernel on all rows. */
export function runRows(context: KernelContext, kernel: RowKernel): void {
  const { label, key, inputs, outs, columns, floats = {} } = kernel;
  const views = Object.entries({ ...inputs, ...outs });
  const leading = views[0]![1].shape.slice(0, -1);
  const rows = leading.reduce((product, length) => product * length, 1);
  if (rows === 0) return;
  const nest = nestOf(
    leading,
    views.map(([, { strides }]) => strides.slice(0, -1)),
  );
  const loops = new Loops('axis', nest.lengths);
  const operands: Record<string, Operand> = {};
  for (const [index, [name, view]] of views.entries()) {
    const strides = [...nest.strides[index]!, view.strides.at(-1)!];
    operands[name] = { view, axes: [...loops.axes, 'step'], strides, write: name in outs };
  }
  const lanes = lanesFor(columns);
  const size = Math.max(64, lanes);
  const groups = spread(Math.ceil(rows / (size / lanes)));
  run(
    context,
    {
      label,
      key: `${key} ${lanes}`,
      operands: new Operands(operands),
      numbers: { rows, columns, groupsAcross: groups[0], ...loops.numbers },
      floats,
      code: (all) => codeOf(kernel, all, loops, lanes, size),
    },
    groups,
  );
}

function codeOf(
  { inputs, outs, statements, combine }: RowKernel,
  operands: Operands,
  loops: Loops,
  lanes: number,
  size: number,
): string {
  const starts = Object.keys({ ...inputs, ...outs }).map(
    (name) => `let ${name}Row = ${operands.place(name, ...loops.axes)};`,
  );
  const element = (name: string, index: string | 0): string =>
    operands.elementAt(name, index === 0 ? `${name}Row` : `${name}Row + ${index} * u.${name}Step`);
  const shared = lanes > 1;
  return `${shared ? `var<workgroup> values: array<f32, ${size}>;\n\n` : ''}${combine.map((name) => combination(name, lanes)).join('\n\n')}

@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let lane = local % ${lanes};
  let row = (i32(group.x) + i32(group.y) * u.groupsAcross) * ${size / lanes} + local / ${lanes};
${indented([...loops.coordinates('row'), ...starts], '  ')}
  let count = select(0, u.columns, row < u.rows);
${statements(element, lanes)}
}
`;
}

/** A function that combines the values of a row's lanes, halving their number again and again. All lanes get the result. */
function combination(name: Combination, lanes: number): string {
  const both = (a: string, b: string): string => (name === 'addUp' ? `${a} + ${b}` : `max(${a}, ${b})`);
  if (lanes === 1) {
    return `fn ${name}(local: i32, value: f32) -> f32 {
  return value;
}`;
  }
  return `fn ${name}(local: i32, value: f32) -> f32 {
  let lane = local % ${lanes};
  values[local] = value;
  for (var half = ${lanes / 2}; half > 0; half = half / 2) {
    workgroupBarrier();
    if (lane < half) { values[local] = ${both('values[local]', 'values[local + half]')}; }
  }
  workgroupBarrier();
  let result = values[local - lane];
  workgroupBarrier();
  return result;
}`;
}
