import type { View } from '@ostinato/kernel';
import { type Dispatch, spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import { bindViews } from './shader.js';
import {
  declareArguments,
  declareBuffers,
  declareWalk,
  mergeAxes,
  type ShaderArguments,
  wordsOf,
} from './shader-arguments.js';

/** A kernel that works on each row (last axis) of views by itself. */
export interface RowKernel {
  readonly label: string;
  /** What the text depends on beside the views. */
  readonly key: string;
  /**
   * What is read and what is written, by name, at most three views with the same leading axes. For a view that is called x the shader
   * sees where a row begins as `xRow`, the distance of its elements as `u.xStep`, and the buffer as `names.x`.
   */
  readonly inputs: Readonly<Record<string, View>>;
  /** See `inputs`. */
  readonly outs: Readonly<Record<string, View>>;
  /** Length of the rows, which is `u.columns`. */
  readonly columns: number;
  readonly floats?: Readonly<Record<string, number>>;
  /**
   * Statements for one row. `lanes` invocations work on it, each on every `lanes`-th element from `lane` on, below `count`; all run all
   * statements, so that `addUp(value)` and `largestOf(value)` can combine the values of all lanes.
   * @param names of the buffers
   */
  readonly statements: (names: Readonly<Record<string, string>>, lanes: number) => string;
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
  const names = Object.keys({ ...inputs, ...outs });
  const views = Object.values({ ...inputs, ...outs });
  const leading = views[0]!.shape.slice(0, -1);
  const rows = leading.reduce((product, length) => product * length, 1);
  if (rows === 0) return;
  const axes = mergeAxes(
    leading,
    views.map(({ strides }) => strides.slice(0, -1)),
  );
  const lanes = lanesFor(columns);
  const size = Math.max(64, lanes);
  const groups = spread(Math.ceil(rows / (size / lanes)));
  const integers: Record<string, number> = { rows, columns, groupsAcross: groups[0] };
  for (const [index, name] of names.entries()) {
    const { offset, strides } = views[index]!;
    integers[`${name}Offset`] = offset;
    integers[`${name}Step`] = strides.at(-1)!;
  }
  const args: ShaderArguments = { integers, floats, axes };
  const { buffers, places } = bindViews(Object.values(inputs), Object.values(outs));
  const dispatch: Dispatch = {
    label,
    key: `${label} ${key} ${lanes} ${places.join('')} ${axes.length}`,
    code: () => codeOf(kernel, args, { buffers, places, names, lanes, size }),
    buffers,
    words: wordsOf(args),
    groups,
  };
  context.recorder.dispatch(dispatch);
}

interface Arrangement {
  readonly buffers: Dispatch['buffers'];
  readonly places: readonly number[];
  readonly names: readonly string[];
  readonly lanes: number;
  readonly size: number;
}

function codeOf(
  { statements, combine }: RowKernel,
  args: ShaderArguments,
  { buffers, places, names, lanes, size }: Arrangement,
): string {
  const bufferNames = Object.fromEntries(names.map((name, index) => [name, `buffer${places[index]}`]));
  const starts = names.map((name, index) => `  let ${name}Row = u.${name}Offset + start.${'xyz'[index]};`);
  const shared = lanes > 1;
  return `${declareArguments(args)}

${declareBuffers(buffers)}

${declareWalk(args.axes!.length)}

${shared ? `var<workgroup> values: array<f32, ${size}>;\n\n` : ''}${combine.map((name) => combination(name, lanes)).join('\n\n')}

@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let lane = local % ${lanes};
  let row = i32(group.x + group.y * u32(u.groupsAcross)) * ${size / lanes} + local / ${lanes};
  let start = walk(row);
${starts.join('\n')}
  let count = select(0, u.columns, row < u.rows);
${statements(bufferNames, lanes)}
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
