import {
  type CellProgram,
  type CellShape,
  expr,
  javascript,
  type MapProgram,
  memo,
  print,
} from '@ostinato/kernel';
import { compile } from './compile.js';

/**
 * Numbers of one row that a cell reads or writes: from `at` on, `group` apart from gate to gate (or state to state,
 * parameter to parameter), `unit` apart from unit to unit.
 */
export interface Place<Numbers = Float32Array> {
  readonly numbers: Numbers;
  at: number;
  readonly group: number;
  readonly unit: number;
}

/** One step of one row forward: from x, r, the states before and the parameters to the states after. */
export type ForwardCell = (
  units: number,
  x: Place,
  r: Place,
  before: Place,
  parameters: Place,
  after: Place,
) => void;

/** The value of the inner product of one row: from x, r, the states before and the parameters. */
export type InnerCell = (
  units: number,
  x: Place,
  r: Place,
  before: Place,
  parameters: Place,
  value: Place,
) => void;

/** What flows back through the value of the inner product of one row: added to the gradients of x, r, states and parameters. */
export type InnerBackwardCell = (
  units: number,
  x: Place,
  r: Place,
  before: Place,
  parameters: Place,
  dValue: Place,
  dx: Place,
  dr: Place,
  gradients: Place,
  dParameters: Place<Float64Array>,
) => void;

/** One step of one row backward: replaces the states' gradients, writes dx and dr, adds to the parameters' gradients. */
export type BackwardCell = (
  units: number,
  x: Place,
  r: Place,
  before: Place,
  parameters: Place,
  gradients: Place,
  dx: Place,
  dr: Place,
  dParameters: Place<Float64Array>,
) => void;

/** Consecutive inputs or outputs of a program, and the place where they are. */
interface Group {
  readonly place: string;
  readonly count: number;
  /** Outputs are written by default, added to what is there with 'add', dropped with 'skip'. */
  readonly mode?: 'add' | 'skip';
}

/** The forward kernel of a cell. */
export const forwardCell = memo((cell: CellProgram): ForwardCell => {
  return compileUnits(cell.forward, inputsOf(cell), [{ place: 'after', count: cell.states }]);
});

/** The backward kernel of a cell. */
export const backwardCell = memo((cell: CellProgram): BackwardCell => compileBackward(cell));

/** The backward kernel of a cell without recurrent weights: leaves dr alone. */
export const backwardCellWithoutProduct = memo(
  (cell: CellProgram): BackwardCell => compileBackward(cell, 'skip'),
);

/** The kernel of what a cell multiplies within the step. */
export const innerCell = memo(({ inner, ...cell }: CellProgram): InnerCell => {
  return compileUnits(inner!.forward, inputsOf(cell), [{ place: 'value', count: 1 }]);
});

/** The kernel of what flows back through it. */
export const innerBackwardCell = memo(({ inner, ...cell }: CellProgram): InnerBackwardCell => {
  const { gates, states, parameters } = cell;
  return compileUnits(
    inner!.backward,
    [...inputsOf(cell), { place: 'dValue', count: 1 }],
    [
      { place: 'dx', count: gates, mode: 'add' },
      { place: 'dr', count: gates, mode: 'add' },
      { place: 'gradients', count: states, mode: 'add' },
      { place: 'dParameters', count: parameters, mode: 'add' },
    ],
  );
});

function inputsOf({ gates, states, parameters = 0 }: CellShape): Group[] {
  return [
    { place: 'x', count: gates },
    { place: 'r', count: gates },
    { place: 'before', count: states },
    { place: 'parameters', count: parameters },
  ];
}

function compileBackward(cell: CellProgram, dr?: 'skip'): BackwardCell {
  const { gates, states, parameters } = cell;
  const inputs = [...inputsOf(cell), { place: 'gradients', count: states }];
  return compileUnits(cell.backward, inputs, [
    { place: 'dx', count: gates },
    { place: 'dr', count: gates, mode: dr },
    { place: 'gradients', count: states },
    { place: 'dParameters', count: parameters, mode: 'add' },
  ]);
}

/** One number of a group, found through a pointer of its own. */
interface Slot extends Group {
  readonly index: number;
  readonly pointer: string;
}

function slotsOf(groups: readonly Group[]): Slot[] {
  return groups.flatMap((group) =>
    Array.from({ length: group.count }, (_, index) => ({
      ...group,
      index,
      pointer: `${group.place}${index}`,
    })),
  );
}

/** Prints a program into a loop over the units of a row. The function takes the number of units, then each place. */
function compileUnits<Kernel>(
  program: MapProgram,
  inputs: readonly Group[],
  outputs: readonly Group[],
): Kernel {
  const targets = slotsOf(outputs);
  const isKept = (_: unknown, index: number): boolean => targets[index]!.mode !== 'skip';
  const expressions = program.outputs.filter(isKept);
  const written = targets.filter(isKept);
  const used = new Set(expr.topological(expressions));
  const { statements, results } = print(
    expressions,
    javascript((index) => `in${index}`),
  );

  const spell = ({ place, pointer }: Slot): string => `${place}Numbers[${pointer}]`;
  const sources = slotsOf(inputs);
  const isUsed = (_: unknown, index: number): boolean => used.has(expr.input(index));
  const reads = sources.map((slot, index) => `const in${index} = ${spell(slot)};`).filter(isUsed);
  const writes = written.map(
    (slot, index) => `${spell(slot)} ${slot.mode === 'add' ? '+=' : '='} ${results[index]};`,
  );

  const slots = new Map([...sources.filter(isUsed), ...written].map((slot) => [slot.pointer, slot]));
  const places = [...new Set([...inputs, ...outputs].map((group) => group.place))];
  const start = [
    ...places.map((place) => `const ${place}Numbers = ${place}.numbers, ${place}Unit = ${place}.unit;`),
    ...[...slots.values()].map(
      ({ pointer, place, index }) => `let ${pointer} = ${place}.at + ${index} * ${place}.group;`,
    ),
  ];
  const moves = ['unit++', ...[...slots.values()].map(({ pointer, place }) => `${pointer} += ${place}Unit`)];
  const loop = `for (let unit = 0; unit < units; ${moves.join(', ')}) {`;
  return compile(['units', ...places], [...start, loop, ...reads, ...statements, ...writes, '}'].join('\n'));
}
