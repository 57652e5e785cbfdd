import { nestOf, type ReduceOp, type View } from '@ostinato/kernel';
import { spread } from '../device/recorder.js';
import { type HelperName, helperText } from '../wgsl/helpers.js';
import { combineHelpers } from './combine.js';
import type { KernelContext } from './context.js';
import { Loops } from './loops.js';
import { type Operand, Operands } from './operands.js';
import { run } from './run.js';
import { declareTeam, findTeam, type Team, teamDirectives, teamNumbers, teamOfSubgroup } from './team.js';
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
   * statements, so that the functions can combine the values of all lanes.
   * @param element spells an element of the row of a view
   */
  readonly statements: (element: (name: string, index: string | 0) => string) => string;
  /** Functions that the statements call. */
  readonly helpers?: readonly HelperName[];
  /** Rows of up to this many elements have an invocation each; 16 where it is left out. */
  readonly alone?: number;
  /** Functions that make one value of those of all lanes, `name(local, lane, value)`, and what each does. */
  readonly combine: Readonly<Record<string, ReduceOp>>;
}

/**
 * The invocations that share a row: as few as have work for some steps, since they have to wait for each other.
 * @param alone rows of up to this many elements are not shared
 */
export function teamFor(columns: number, device: GPUDevice, alone = 16): Team {
  const hasSubgroups = device.features.has('subgroups');
  if (columns <= alone) return { kind: 'alone', size: 64, width: 64, along: true };
  if (columns <= 1024) {
    return hasSubgroups ? teamOfSubgroup(device) : { kind: 'tree', size: 64, width: 4, along: true };
  }
  return { kind: hasSubgroups ? 'workgroup' : 'tree', size: 256, width: 1, along: true };
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
  const team = teamFor(columns, context.device, kernel.alone);
  const groups = spread(Math.ceil(rows / team.width));
  run(
    context,
    {
      label,
      key: `${key} ${team.kind} ${team.size}`,
      operands: new Operands(operands),
      numbers: { rows, columns, groupsAcross: groups[0], ...teamNumbers(team), ...loops.numbers },
      floats,
      directives: teamDirectives(team),
      code: (all) => codeOf(kernel, all, loops, team),
    },
    groups,
  );
}

function codeOf(
  { inputs, outs, statements, helpers = [], combine }: RowKernel,
  operands: Operands,
  loops: Loops,
  team: Team,
): string {
  const starts = Object.keys({ ...inputs, ...outs }).map(
    (name) => `let ${name}Row = ${operands.place(name, ...loops.axes)};`,
  );
  const element = (name: string, index: string | 0): string =>
    operands.elementAt(name, index === 0 ? `${name}Row` : `${name}Row + ${index} * u.${name}Step`);
  const place = [
    ...findTeam(team, 'invocation', 'i32(id.x) + i32(id.y) * u.groupsAcross'),
    'let row = team;',
    ...loops.coordinates('row'),
    ...starts,
  ];
  return `${helperText([...helpers, ...Object.values(combine).flatMap((op) => combineHelpers[op])])}
${declareTeam(team, combine)}

@compute @workgroup_size(${team.size})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
${indented(place, '  ')}
  let count = select(0, u.columns, row < u.rows);
${statements(element)}
}
`;
}
